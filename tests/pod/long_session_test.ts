import { isJsonObject, type JsonObject, type JsonValue } from "../../lib/base/mod.ts";
import { BUILTIN_PROMPTS } from "../../lib/context/mod.ts";
import type { Model } from "../../lib/providers/mod.ts";
import { compactionSettings } from "../context/compaction/stage.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { openWire, resolvedModel } from "../support/model_calls.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { Bench } from "./support.ts";
import { assertValidRequest } from "./valid_request.ts";

/** The whole length takes a minute, so it is for machines that have one. */
const TURNS = EXHAUSTIVE ? 2000 : 120;
const TURNS_PER_RUN = 5;
const SUMMARISER = BUILTIN_PROMPTS.render("compact_system", {});
const LIMITS = {
  threshold: 12_000,
  request_threshold: 20_000,
  retained_tokens: 3000,
  prune_protected_tokens: 6000,
  prune_min_savings: 3000,
};

/** Messages without what may differ from request to request: the marks up to where a prefix is kept. */
function plainMessages(body: JsonObject): string[] {
  return (body.messages as JsonObject[]).map(({ role, content }) => {
    const parts = typeof content === "string" ? [{ type: "text", text: content }] : content;
    return JSON.stringify([role, withoutMarks(parts ?? null)]);
  });
}

function withoutMarks(value: JsonValue): JsonValue {
  if (Array.isArray(value)) return value.map(withoutMarks);
  if (!isJsonObject(value)) return value;
  const { cache_control: _, ...rest } = value;
  return rest;
}

/** Whether every message of `earlier` stands unchanged in `later`, but that the last may have grown. */
function isPrefix(earlier: readonly string[], later: readonly string[]): boolean {
  return earlier.every((message, index) => {
    const now = later[index] ?? "";
    return message === now ||
      (index === earlier.length - 1 && now.startsWith(message.slice(0, -"]]".length)));
  });
}

/** A model that calls a wordy tool, one to three times at once, and now and then has something to say. */
function play(turn: number): Answer {
  if (turn % TURNS_PER_RUN === TURNS_PER_RUN - 1) return { text: `That was turn ${turn}.` };
  return {
    thinking: `Turn ${turn}.`,
    signature: `S${turn}`,
    toolCalls: Array.from({ length: 1 + turn % 3 }, (_, index) => ({
      id: `t${turn}.${index}`,
      name: "Wordy",
      input: { bytes: 500 + (turn * 977 + index * 389) % 6000 },
    })),
  };
}

function summarise(messages: number): Answer {
  if (messages > 1) return { text: "Done." };
  const input = { text: "## Current Work\nThe long session goes on." };
  return { toolCalls: [{ id: "w1", name: "write_summary", input }] };
}

Deno.test(`40.8 ${TURNS} turns with large results: under the threshold, pairs whole, prefix kept`, async () => {
  let turn = 0;
  let breaks = 0;
  let previous: string[] = [];
  const sizes: number[] = [];
  await using server = startModelServer(({ body }) => {
    const input = Math.ceil(JSON.stringify(body).length / 4);
    const messages = plainMessages(body);
    if (body.system === SUMMARISER) return { ...summarise(messages.length), usage: { input } };
    sizes.push(input);
    if (!isPrefix(previous, messages)) breaks++;
    previous = messages;
    return { ...play(turn++), usage: { input } };
  });
  await using workspace = await FileWorkspace.create();
  const wire = await openWire(resolvedModel("anthropic", server.url));
  const model: Model = {
    ...wire,
    stream(request, signal) {
      assertValidRequest(request.items);
      return wire.stream(request, signal);
    },
  };
  const wordy = new CountingTool(
    "Wordy",
    ({ bytes }) =>
      Promise.resolve({ summary: `${bytes} bytes`, content: "w".repeat(Number(bytes)) }),
  );
  using bench = await Bench.open({
    model,
    tools: [wordy],
    compaction: {
      settings: compactionSettings(LIMITS),
      model: wire,
      prompts: BUILTIN_PROMPTS,
      files: workspace,
    },
  });
  const segments = [bench.pod.segmentId];
  bench.onEvent = (event) => {
    if (event.event === "compact_done") segments.push(event.data.new_segment_id);
  };
  for (let run = 0; turn < TURNS; run++) {
    const { result } = await bench.run(`task ${run}`);
    equal(result, "finished");
  }

  const { sessionId } = bench.parts;
  const fires =
    segments.flatMap((id) => [...bench.store.readEntries(sessionId, id)]).filter((entry) =>
      entry.kind === "extension" && isJsonObject(entry.payload) &&
      entry.payload.name === "prune.fire"
    ).length;
  const compactions = segments.length - 1;
  ok(compactions >= 2 && fires >= 2, `${compactions} compactions, ${fires} prunings`);
  equal(breaks, compactions + fires);
  ok(Math.max(...sizes) <= LIMITS.request_threshold, `${Math.max(...sizes)}`);
  deepEqual(wordy.begun.length, new Set(wordy.begun.map(({ id }) => id)).size);
  bench.assertWhole();
});
