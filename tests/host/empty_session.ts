import { DEFAULT_REQUEST_CONFIG, type Entry } from "../../lib/protocol/mod.ts";

/** How the log of an empty session begins. */
export const START: Entry & { kind: "segment_start" } = {
  kind: "segment_start",
  ts: 1,
  session_id: "s",
  system_prompt: null,
  config: DEFAULT_REQUEST_CONFIG,
  history: [],
};
