import type { Entry } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";
import { SCOPE_DOMAIN } from "./extension.ts";
import { replay } from "./replay.ts";

/**
 * The first entries of a segment that continues another one after a turn: everything up to the `turn_end`
 * of that number, all of it if there is none, only the beginning for turn 0 (spec 30 §2.9). The scope is
 * the one now in force, not that of the turn: what was handed to a child since then stays handed over.
 *
 * @throws {SessionError} `corrupted` if `entries` does not begin with `segment_start`.
 */
export function forkAt(entries: readonly Entry[], segmentId: string, turn: number): Entry[] {
  const [start] = entries;
  if (start?.kind !== "segment_start") {
    const message = `log corrupted at line 1: segment ${segmentId} has no segment_start`;
    throw new SessionError("corrupted", message, { line: 1 });
  }
  const { config, history, turnCount } = replay(upToTurn(entries, turn));
  const { scope } = replay(entries);
  const ts = Date.now();
  const fork: Entry = {
    kind: "segment_start",
    ts,
    session_id: start.session_id,
    system_prompt: start.system_prompt,
    config,
    history,
    forked_from: { segment_id: segmentId, at_turn_index: turn === 0 ? 0 : turnCount },
  };
  if (scope === null) return [fork];
  return [fork, { kind: "extension", ts, domain: SCOPE_DOMAIN, payload: scope }];
}

function upToTurn(entries: readonly Entry[], turn: number): readonly Entry[] {
  if (turn === 0) return entries.slice(0, 1);
  const end = entries.findIndex((entry) => entry.kind === "turn_end" && entry.turn_count === turn);
  return end < 0 ? entries : entries.slice(0, end + 1);
}
