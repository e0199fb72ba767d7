import {
  DEFAULT_REQUEST_CONFIG,
  type ExtensionEntry,
  type InputSegment,
  type Item,
  type LlmUsageEntry,
  type RequestConfig,
} from "../protocol/mod.ts";
import type { KeptNotification, ScopeSnapshot } from "./extension.ts";

/** What cut a run short: somebody stopped it, it failed, or the process went away in the middle. */
export type Interruption = "user" | "failure" | "restart";

/** What the entries of one segment say (spec 30 §3). */
export interface SessionState {
  /** Null for a log without any entry. */
  sessionId: string | null;
  systemPrompt: string | null;
  config: RequestConfig;
  history: Item[];
  /** The running total of turns of the conversation. */
  turnCount: number;
  /** When the model was last told the date, in ms; null for a log without any entry. */
  dateToldAt: number | null;
  /** Why the last run was cut short, so that the next one has to tidy up first; null: it was not. */
  interruption: Interruption | null;
  /** Whether the pod was paused when it went away. */
  paused: boolean;
  /** The K-th list is the input of the K-th `user_input`. */
  userInputs: InputSegment[][];
  /** The last readable one, or null. */
  scope: ScopeSnapshot | null;
  /** What was noted about the conversation beside it, one usage record per model call included, in order. */
  observations: (LlmUsageEntry | ExtensionEntry)[];
  /** Accepted notifications that the model has not seen yet, in order. */
  notifications: KeptNotification[];
  /** How many entries were read. */
  entryCount: number;
  /** What could not be read and was passed over, one text each. */
  warnings: string[];
}

/** The state before the first entry. */
export function emptyState(): SessionState {
  return {
    sessionId: null,
    systemPrompt: null,
    config: DEFAULT_REQUEST_CONFIG,
    history: [],
    turnCount: 0,
    dateToldAt: null,
    interruption: null,
    paused: false,
    userInputs: [],
    scope: null,
    observations: [],
    notifications: [],
    entryCount: 0,
    warnings: [],
  };
}
