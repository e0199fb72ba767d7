import { BUILTIN_PROMPTS, type CompactionSettings } from "../../lib/context/mod.ts";
import type { Model, ModelEvent } from "../../lib/providers/mod.ts";
import { compactionSettings } from "../context/compaction/stage.ts";
import { answer, EventModel, usage } from "../support/event_model.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { Bench, type BenchOptions } from "./support.ts";

/** An answer to a prompt of so many tokens. */
export function measuring(tokens: number, ...blocks: Parameters<typeof answer>): ModelEvent[] {
  return answer(...blocks).map((event) => event.type === "usage" ? usage(tokens, 5) : event);
}

/** A bench whose pod compacts; `summariser` writes the summaries, and nominates files of `workspace`. */
export async function open(
  model: Model,
  summariser: EventModel,
  section: Partial<CompactionSettings>,
  options: Partial<BenchOptions> = {},
): Promise<{ bench: Bench; workspace: FileWorkspace; [Symbol.asyncDispose](): Promise<void> }> {
  const workspace = await FileWorkspace.create();
  const bench = await Bench.open({
    ...options,
    model,
    compaction: {
      settings: compactionSettings(section),
      model: summariser,
      prompts: BUILTIN_PROMPTS,
      files: workspace,
      retryPolicy: { maxAttempts: 1, baseMs: 0, capMs: 0, budgetMs: 1000 },
    },
  });
  return {
    bench,
    workspace,
    async [Symbol.asyncDispose]() {
      bench[Symbol.dispose]();
      await workspace[Symbol.asyncDispose]();
    },
  };
}

/** What the session keeps about itself. */
export function metricsOf(bench: Bench): Record<string, unknown>[] {
  return bench.entries().flatMap((entry) =>
    entry.kind === "extension" && entry.domain === "metrics"
      ? [entry.payload as Record<string, unknown>]
      : []
  );
}

/** What clients are told, without the parts of single answers. */
export function told(bench: Bench): string[] {
  return bench.events.flatMap((event) => {
    switch (event.event) {
      case "status":
        return `status ${event.data.status}`;
      case "run_end":
        return `run_end ${event.data.result}`;
      case "turn_end":
        return `turn_end ${event.data.turn} ${event.data.result}`;
      case "turn_start":
        return `turn_start ${event.data.turn}`;
      case "error":
        return `error ${event.data.code}: ${event.data.message}`;
      case "alert":
        return `${event.data.level} ${event.data.source}: ${event.data.message}`;
      case "compact_start":
      case "compact_done":
      case "segment_rotated":
      case "user_message":
        return event.event;
      case "compact_failed":
        return `compact_failed ${event.data.error}`;
      default:
        return [];
    }
  });
}
