import * as v from "valibot";
import { idTime, type JsonValue, sortKeys } from "../base/mod.ts";
import {
  type Entry,
  type ExtensionEntry,
  flattenSegments,
  issueText,
  type Item,
  openToolCalls,
  type RunCompletedEntry,
  type RunErroredEntry,
  type SystemItem,
  textMessage,
} from "../protocol/mod.ts";
import {
  type KeptNotification,
  NOTIFICATION_DOMAIN,
  queuedNotification,
  SCOPE_DOMAIN,
  scopeSnapshot,
  STATUS_DOMAIN,
  storedStatus,
} from "./extension.ts";
import { emptyState, type Interruption, type SessionState } from "./session_state.ts";

/** Rebuilds the state of a conversation from the entries of its segment, in one pass (spec 30 §3). */
export function replay(entries: Iterable<Entry>): SessionState {
  const state = emptyState();
  let hasOutcome = true;
  for (const entry of entries) {
    state.entryCount += 1;
    applyEntry(state, entry);
    if (isRunStep(entry)) hasOutcome = false;
    if (isOutcome(entry)) hasOutcome = true;
  }
  if (!hasOutcome && isAnswered(state.history)) state.interruption = null;
  return state;
}

function applyEntry(state: SessionState, entry: Entry): void {
  switch (entry.kind) {
    case "segment_start":
      // What a compaction leaves is the system prompt, which is as old as the session.
      state.dateToldAt = entry.compacted_from === undefined ? entry.ts : idTime(entry.session_id);
      state.sessionId = entry.session_id;
      state.systemPrompt = entry.system_prompt;
      state.config = entry.config;
      state.history = [...entry.history];
      state.turnCount = (entry.forked_from ?? entry.compacted_from)?.at_turn_index ?? 0;
      return;
    case "invoke":
      state.dateToldAt = entry.ts;
      state.paused = false;
      return;
    case "user_input":
      state.userInputs.push(entry.segments);
      addToHistory(state, textMessage("user", flattenSegments(entry.segments)));
      return;
    case "assistant_item":
    case "tool_result":
      addToHistory(state, entry.item);
      return;
    case "system_item":
      addToHistory(state, textMessage("system", entry.item.body));
      if (entry.item.kind === "interrupt") state.interruption = null;
      removeDelivered(state.notifications, entry.item);
      return;
    case "turn_end":
      state.turnCount = entry.turn_count;
      return;
    case "run_completed":
    case "run_errored":
      state.interruption = interruptionBy(entry);
      state.paused = false;
      return;
    case "config_changed":
      state.config = entry.config;
      return;
    case "llm_usage":
      state.observations.push(entry);
      return;
    case "extension":
      state.observations.push(entry);
      applyExtension(state, entry);
      return;
  }
}

/** Every item that a run adds makes it an interrupted one until its outcome is read. */
function addToHistory(state: SessionState, item: Item): void {
  state.history.push(item);
  state.interruption = "restart";
  state.paused = false;
}

function applyExtension(state: SessionState, entry: ExtensionEntry): void {
  switch (entry.domain) {
    case SCOPE_DOMAIN:
      state.scope = readPayload(state, scopeSnapshot, entry) ?? state.scope;
      return;
    case STATUS_DOMAIN: {
      const stored = readPayload(state, storedStatus, entry);
      if (stored === null) return;
      state.paused = stored.status === "paused";
      if (stored.status === "running") state.interruption = "restart";
      return;
    }
    case NOTIFICATION_DOMAIN: {
      const queued = readPayload(state, queuedNotification, entry);
      const entryIndex = state.entryCount - 1;
      if (queued !== null) state.notifications.push({ queued, entryIndex });
      return;
    }
  }
}

function readPayload<Schema extends v.GenericSchema>(
  state: SessionState,
  schema: Schema,
  { domain, payload }: ExtensionEntry,
): v.InferOutput<Schema> | null {
  const result = v.safeParse(schema, payload);
  if (result.success) return result.output;
  const entryIndex = state.entryCount - 1;
  state.warnings.push(`unreadable ${domain} in entry ${entryIndex}: ${issueText(result.issues)}`);
  return null;
}

/** Takes out the oldest notification that became this item; those before it had been dropped. */
function removeDelivered(queue: KeptNotification[], item: SystemItem): void {
  const index = queue.findIndex(({ queued }) => {
    if (queued.kind === "notification") {
      return item.kind === "notification" && item.message === queued.message;
    }
    return item.kind === "pod_event" && isSame(item.event, queued.event);
  });
  queue.splice(0, index + 1);
}

function isSame(left: JsonValue, right: JsonValue): boolean {
  return JSON.stringify(sortKeys(left)) === JSON.stringify(sortKeys(right));
}

/** The reference writes the same for a pause as for a cancel; a yielded run was about to go on. */
function interruptionBy(outcome: RunCompletedEntry | RunErroredEntry): Interruption | null {
  if (!outcome.interrupted) return null;
  if (outcome.kind === "run_completed" && outcome.result === "yielded") return "restart";
  const stopped = outcome.kind === "run_completed" || outcome.message === "Cancelled";
  return stopped ? "user" : "failure";
}

function isRunStep(entry: Entry): boolean {
  return entry.kind === "user_input" || entry.kind === "assistant_item" ||
    entry.kind === "tool_result" || entry.kind === "system_item";
}

function isOutcome(entry: Entry): boolean {
  return entry.kind === "run_completed" || entry.kind === "run_errored";
}

/** A history that ends with the model's own words and waits for no tool needs no tidying up. */
function isAnswered(history: readonly Item[]): boolean {
  const last = history.at(-1);
  return last?.kind === "message" && last.role === "assistant" &&
    openToolCalls(history).length === 0;
}
