import { PodError } from "../base/mod.ts";
import {
  type Entry,
  type InputSegment,
  type RewindSummary,
  type RewindTarget,
  type RewindTargetId,
  segmentText,
} from "../protocol/mod.ts";
import { replay } from "../session/mod.ts";
import { scopeEntry } from "./scope_entry.ts";

const MAX_PREVIEW_CHARACTERS = 120;
const SIDE_EFFECTS = "history suffix will be discarded; tool side effects are not undone";

/** What a rewind does to a log. */
export interface RewindPlan {
  /** The entries that stay. */
  readonly kept: readonly Entry[];
  /** What goes behind them, because it holds in spite of the rewind. */
  readonly tail: readonly Entry[];
  /** The input that is taken back. */
  readonly input: InputSegment[];
  readonly summary: RewindSummary;
}

/** The user inputs of a segment that one can go back to, newest first (spec 30 §7.1). */
export function rewindTargets(segmentId: string, entries: readonly Entry[]): RewindTarget[] {
  const targets: RewindTarget[] = [];
  for (const [index, entry] of entries.entries()) {
    if (entry.kind !== "user_input") continue;
    const end = endBefore(entries, index);
    targets.push({
      id: { segment_id: segmentId, user_input_entry_index: index },
      expected_head_entries: entries.length,
      truncate_entries: end,
      turn_index: targets.length + 1,
      timestamp_ms: entry.ts,
      preview: previewOf(entry.segments),
      eligible: true,
      ...(hasToolEffects(entries.slice(end)) && { warning: SIDE_EFFECTS }),
    });
  }
  return targets.reverse();
}

/**
 * Works out what going back to before a user input means. The scope that is in force stays in force: what
 * was handed out since then does not come back with the conversation.
 *
 * @throws {PodError} `invalid_request`, when that is not possible or not what was shown (spec 30 §7.2).
 */
export function planRewind(
  segmentId: string,
  entries: readonly Entry[],
  { segment_id, user_input_entry_index: index }: RewindTargetId,
  expectedHead: number,
): RewindPlan {
  if (segment_id !== segmentId) throw refusal("rewind target belongs to a different segment");
  if (entries.length !== expectedHead) {
    throw refusal(
      "session head changed since picker opened " +
        `(expected ${expectedHead}, current ${entries.length})`,
    );
  }
  const target = entries[index];
  if (target?.kind !== "user_input") throw refusal("rewind target is no longer a user message");
  const end = endBefore(entries, index);
  const discarded = entries.slice(end);
  const { scope } = replay(discarded);
  return {
    kept: entries.slice(0, end),
    tail: scope === null ? [] : [scopeEntry(scope)],
    input: target.segments,
    summary: {
      truncated_to_entries: end,
      discarded_entries: discarded.length,
      tool_side_effect_warning: hasToolEffects(discarded),
    },
  };
}

/** How many entries stay when a user input goes: the note that a run began goes with it. */
function endBefore(entries: readonly Entry[], index: number): number {
  return entries[index - 1]?.kind === "invoke" ? index - 1 : index;
}

function hasToolEffects(entries: readonly Entry[]): boolean {
  return entries.some((entry) =>
    entry.kind === "tool_result" ||
    (entry.kind === "assistant_item" && entry.item.kind === "tool_call")
  );
}

/** The first characters of an input, on one line. */
function previewOf(segments: readonly InputSegment[]): string {
  let text = "";
  for (const segment of segments) {
    if (text !== "") text += " ";
    text += segmentText(segment).trim();
  }
  const characters = [...text.replaceAll(/[\r\n]/g, " ")];
  if (characters.length <= MAX_PREVIEW_CHARACTERS) return characters.join("");
  return `${characters.slice(0, MAX_PREVIEW_CHARACTERS).join("")}…`;
}

function refusal(message: string): PodError {
  return new PodError("invalid_request", message);
}
