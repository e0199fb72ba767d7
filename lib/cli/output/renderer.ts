import type { Event } from "../../protocol/mod.ts";
import type { RunReport } from "./report.ts";

/** Shows a run: a function of its events. */
export interface Renderer {
  /** Takes every event, in order; the first one is the snapshot. */
  event(event: Event): void;
  /** Something the user should know that is no event. */
  warn(message: string): void;
  /** Called once, last, also when no pod could be opened. */
  finish(report: RunReport): void;
}
