import type { JsonObject } from "../../lib/base/mod.ts";
import type { Entry, Item } from "../../lib/protocol/mod.ts";
import { PodMetadataStore, replay, SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import type { EventLine } from "../support/run_output.ts";

/**
 * Checks what a `pod run --output stream-json`, however it ended, has left in `POD_HOME`: a log that can
 * be read and gone on with, everything in it that `stdout` has told of, and metadata that leads to it.
 */
export async function checkRemains(home: string, podName: string, stdout: string): Promise<void> {
  const events = wholeLines(stdout).map((line): EventLine => JSON.parse(line));
  const store = new SessionStore(`${home}/sessions`);
  const [sessionId, ...otherSessions] = store.listSessions();
  deepEqual(otherSessions, []);
  const [segmentId, ...otherSegments] = sessionId === undefined
    ? []
    : store.listSegments(sessionId);
  deepEqual(otherSegments, []);

  const metadata = await new PodMetadataStore(`${home}/pods`).read(podName);
  if (metadata?.active?.segment_id !== undefined) {
    deepEqual(metadata.active, { session_id: sessionId, segment_id: segmentId });
  }
  if (sessionId === undefined || segmentId === undefined) {
    deepEqual(entriesPromisedBy(events), []);
    return;
  }
  equal(metadata?.active?.session_id, sessionId);
  const entries = [...store.readEntries(sessionId, segmentId)];
  equal(store.countEntries(sessionId, segmentId), entries.length);
  checkToldEntries(events, entries);
  checkCalls(replay(entries).history);
  checkCanGoOn(store, sessionId, segmentId, entries);
}

/** What clients were told of is in the log, in the same order. */
export function checkToldEntries(events: readonly EventLine[], entries: readonly Entry[]): void {
  checkPromises(entriesPromisedBy(events), entries);
}

/** The lines that were ended: what comes last may be half a line. */
export function wholeLines(text: string): string[] {
  return text.split("\n").slice(0, -1);
}

/** What an event says to be on disk: an entry of that kind, with at least these fields in it. */
interface Promised {
  readonly kind: Entry["kind"];
  readonly fields: JsonObject;
}

/** The entries that events speak of, in order; nothing is shown before its entry is in the log (design §4). */
function entriesPromisedBy(events: readonly EventLine[]): Promised[] {
  const promised: Promised[] = [];
  const add = (kind: Promised["kind"], fields: object) =>
    promised.push({ kind, fields: fields as JsonObject });
  let answer: JsonObject[] = [];
  for (const { event, data = {}, reply_to } of events) {
    // What one client was answered is no part of the run.
    if (reply_to !== undefined) continue;
    switch (event) {
      case "segment_rotated":
        add("segment_start", data.entry as JsonObject);
        break;
      case "invoke_start":
        add("invoke", { trigger: data.kind });
        break;
      case "user_message":
        add("user_input", { segments: data.segments });
        break;
      case "system_item":
        add("system_item", { item: data.item });
        break;
      case "turn_start":
        answer = [];
        break;
      case "thinking_done":
        answer.push({ kind: "reasoning", text: data.text ?? null });
        break;
      case "text_done":
        answer.push({
          kind: "message",
          role: "assistant",
          content: [{ kind: "text", text: data.text ?? null }],
        });
        break;
      case "tool_call_done": {
        const { id = null, name = null, arguments: text = null } = data;
        answer.push({ kind: "tool_call", call_id: id, name, arguments: text });
        break;
      }
      case "usage":
        // The first event after the answer was written; no answer of these runs breaks off.
        for (const item of answer) add("assistant_item", { item });
        add("llm_usage", { output_tokens: data.output_tokens });
        break;
      case "tool_result": {
        const { id, summary, output, is_error } = data;
        const item = {
          kind: "tool_result",
          call_id: id,
          summary,
          ...(output !== undefined && { content: output }),
          ...(is_error && { is_error }),
        };
        add("tool_result", { item });
        break;
      }
      case "run_end":
        add("run_completed", { result: data.result });
        break;
      case "error":
        add("run_errored", { message: data.message });
        break;
    }
  }
  return promised;
}

/** The promised entries are in the log, in the same order. */
function checkPromises(promised: readonly Promised[], entries: readonly Entry[]): void {
  let next = 0;
  for (const { kind, fields } of promised) {
    const at = entries.findIndex((entry, index) => index >= next && entry.kind === kind);
    ok(at >= 0, `not in the log: ${kind} ${JSON.stringify(fields)}`);
    const logged = Object.entries(asShown(entries[at])).filter(([name]) => name in fields);
    deepEqual(Object.fromEntries(logged), fields);
    next = at + 1;
  }
}

/** An entry without what only the model's provider has a use for. */
function asShown(entry: Entry | undefined): object {
  if (entry?.kind !== "assistant_item" || entry.item.kind !== "reasoning") return { ...entry };
  const { kind, text } = entry.item;
  return { ...entry, item: { kind, text } };
}

/** Every result answers a call before it, and no call has two. */
function checkCalls(history: readonly Item[]): void {
  const open = new Set<string>();
  for (const item of history) {
    if (item.kind === "tool_call") open.add(item.call_id);
    if (item.kind === "tool_result") ok(open.delete(item.call_id), `result for ${item.call_id}`);
  }
}

/** A writer that comes later cuts off half a line, if there is one, and goes on after the last whole one. */
function checkCanGoOn(
  store: SessionStore,
  sessionId: string,
  segmentId: string,
  entries: readonly Entry[],
): void {
  const added: Entry = { kind: "extension", ts: 1, domain: "pod.test", payload: null };
  const { log } = store.openSegment(sessionId, segmentId);
  log.append(added);
  log.close();
  deepEqual([...store.readEntries(sessionId, segmentId)], [...entries, added]);
}
