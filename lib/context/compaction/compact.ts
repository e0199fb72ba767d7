import { newId } from "../../base/mod.ts";
import type { Item } from "../../protocol/mod.ts";
import { replayTasks, taskSnapshot } from "../../tools/mod.ts";
import type { ContextWindow } from "../window/context_window.ts";
import { itemTokens, withoutContent } from "../window/item_size.ts";
import { type CompactedHistory, compactedHistory } from "./compacted_history.ts";
import type {
  CompactionRequest,
  CompactionSettings,
  CompactionTools,
} from "./compaction_request.ts";
import { overviewOf } from "./overview.ts";
import { nothingOf, type RetainedTail, retainedTail } from "./retained_tail.ts";
import { Summarizer } from "./summarizer.ts";

const MAX_RECENT_FILES = 5;

/** Whether there is anything that a compaction of this window could sum up. */
export function canCompact(window: ContextWindow, settings: CompactionSettings): boolean {
  return tailOf(window, settings).start > 0;
}

/**
 * Has a model sum up the older part of a history, and makes the history that goes on from there (spec 40
 * §8). Changes nothing.
 *
 * @throws {PodError} `compaction`, when there is no usable summary, or no history that fits
 * @throws {RunError} when `signal` was aborted or the model failed.
 */
export async function compactHistory(
  request: CompactionRequest,
  tools: CompactionTools,
  signal: AbortSignal,
): Promise<CompactedHistory> {
  const { history, window, wantedTokens, warn } = request;
  const { settings, files, prompts } = tools;
  const { summary_target_tokens } = settings;
  const limits = { wantedTokens, maxTokens: settings.result_context_max_tokens || Infinity };
  const items = window.items();
  // The summary will take some of it, but a tail is worth half of it.
  const room = Math.min(limits.wantedTokens, limits.maxTokens);
  const tail = fittingTail(
    tailOf(window, settings),
    items,
    room - Math.min(summary_target_tokens, room / 2),
  );
  const tasks = replayTasks(history);
  const target = history.slice(0, tail.start);
  const overview = overviewOf(target, settings);
  for (const warning of overview.warnings) warn(warning);

  const summarizer = new Summarizer(request, tools, target);
  const recent = files.tracker.recent().slice(0, MAX_RECENT_FILES);
  const summary = await summarizer.summarize(
    prompts.render("compact_request", {
      target_tokens: summary_target_tokens,
      recent_files: recent.map((path) => `- ${path}`).join("\n"),
      tasks: taskSnapshot(tasks).trimEnd(),
      overview: overview.text,
    }),
    signal,
  );
  const { required, references } = await summarizer.handover.readAgain(warn);
  return compactedHistory({
    summary,
    files: required,
    references,
    items,
    tail,
    tasks,
    taskCallId: `compact-tasklist-${newId()}`,
  }, limits);
}

function tailOf(window: ContextWindow, { retained_tokens }: CompactionSettings): RetainedTail {
  return retainedTail(window.items(), window.estimate().tokens, retained_tokens);
}

/** A tail that leaves no room even without the details of its tool results is to be summed up as well. */
function fittingTail(tail: RetainedTail, items: readonly Item[], room: number): RetainedTail {
  const least = itemTokens(items.slice(tail.start).map(withoutContent));
  return least <= room ? tail : nothingOf(items);
}
