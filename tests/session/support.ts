import fc from "fast-check";
import { type JsonValue, newId } from "../../lib/base/mod.ts";
import {
  DEFAULT_REQUEST_CONFIG,
  type Entry,
  type Item,
  type SystemItem,
  textMessage,
} from "../../lib/protocol/mod.ts";
import { type SegmentLog, SessionStore } from "../../lib/session/mod.ts";

export const SESSION = newId();
export const SEGMENT = newId();

/** Runs a test with a store in a folder of its own. */
export async function withStore(body: (store: SessionStore) => Promise<void> | void) {
  const root = await Deno.makeTempDir();
  try {
    await body(new SessionStore(root));
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

/** The path of the one segment that most tests use. */
export function pathIn(store: SessionStore): string {
  return store.segmentPath(SESSION, SEGMENT);
}

/** Creates that segment. */
export function create(store: SessionStore, entries: Entry[]): Promise<SegmentLog> {
  return store.createSegment(SESSION, SEGMENT, entries);
}

/** Creates that segment as a file of exactly these bytes. */
export function createFile(store: SessionStore, content: string | Uint8Array): void {
  Deno.mkdirSync(`${store.root}/${SESSION}`, { recursive: true });
  const bytes = typeof content === "string" ? new TextEncoder().encode(content) : content;
  Deno.writeFileSync(pathIn(store), bytes);
}

export function read(store: SessionStore): Entry[] {
  return [...store.readEntries(SESSION, SEGMENT)];
}

/** The log to go on with, and what is in it. */
export function open(store: SessionStore): { log: SegmentLog; entries: Entry[] } {
  const read = (entries: Iterable<Entry>) => [...entries];
  const { log, kept } = store.openSegment(SESSION, SEGMENT, read);
  return { log, entries: kept };
}

export function start(history: Item[] = []): Entry {
  return {
    kind: "segment_start",
    ts: 1,
    session_id: SESSION,
    system_prompt: "You are …",
    config: { ...DEFAULT_REQUEST_CONFIG },
    history,
  };
}

export function userInput(text: string): Entry {
  return { kind: "user_input", ts: 1, segments: [{ kind: "text", content: text }] };
}

export function said(text: string): Entry {
  return { kind: "assistant_item", ts: 1, item: textMessage("assistant", text) };
}

export function call(id: string): Entry {
  const item: Item = { kind: "tool_call", call_id: id, name: "Read", arguments: "{}" };
  return { kind: "assistant_item", ts: 1, item };
}

export function result(id: string): Entry {
  return {
    kind: "tool_result",
    ts: 1,
    item: { kind: "tool_result", call_id: id, summary: `result of ${id}` },
  };
}

export function systemItem(item: SystemItem): Entry {
  return { kind: "system_item", ts: 1, item };
}

export const interruptNote = systemItem({ kind: "interrupt", body: "[interrupted]" });

export function turnEnd(turnCount: number): Entry {
  return { kind: "turn_end", ts: 1, turn_count: turnCount };
}

export function usage(historyLength: number): Entry {
  return {
    kind: "llm_usage",
    ts: 1,
    history_len: historyLength,
    input_total_tokens: 10 * historyLength,
    cache_read_tokens: 0,
    cache_write_tokens: 0,
    output_tokens: 1,
  };
}

export const invoke: Entry = { kind: "invoke", ts: 1, trigger: "user_send" };
export const completed: Entry = {
  kind: "run_completed",
  ts: 1,
  interrupted: false,
  result: "finished",
};
export const cancelled: Entry = {
  kind: "run_errored",
  ts: 1,
  interrupted: true,
  message: "Cancelled",
};

export function extension(domain: string, payload: JsonValue): Entry {
  return { kind: "extension", ts: 1, domain, payload };
}

const text = fc.string({ unit: "grapheme", maxLength: 40 });

/** The entries of one run with some tool calls, every call answered. */
const run = fc.tuple(
  text,
  fc.array(fc.tuple(text, fc.nat(3)), { maxLength: 3 }),
  text,
  fc.boolean(),
)
  .map(([input, rounds, answer, isCancelled]) => [
    invoke,
    userInput(input),
    ...rounds.flatMap(([thought, calls], round) => {
      const ids = Array.from({ length: calls }, (_, index) => `${input}-${round}-${index}`);
      return [said(thought), ...ids.map(call), ...ids.map(result), usage(round)];
    }),
    ...(isCancelled ? [cancelled] : [said(answer), turnEnd(1), completed]),
  ]);

/** The entries of a whole valid log. */
export const logArbitrary: fc.Arbitrary<Entry[]> = fc.array(run, { maxLength: 4 })
  .map((runs) => [start(), extension("pod.scope", { allow: [], deny: [] }), ...runs.flat()]);

/** Any single entry. */
export const entryArbitrary: fc.Arbitrary<Entry> = fc.oneof(
  text.map(userInput),
  text.map(said),
  text.map(call),
  text.map(result),
  fc.nat().map(turnEnd),
  fc.nat().map(usage),
  fc.tuple(text, fc.jsonValue()).map(([domain, payload]) =>
    extension(domain, JSON.parse(JSON.stringify(payload)))
  ),
);
