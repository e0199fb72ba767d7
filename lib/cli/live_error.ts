import { PodError } from "../base/mod.ts";

/**
 * What went wrong with a live pod that could be reached: it refused a method (the code is that of its
 * answer), is about to end (`shutting_down`), does not answer (`silent`), is gone (`went_away`), or came to something
 * else than was asked for (`not_done`).
 */
export class LiveError extends PodError {
  override readonly name = "LiveError";
}
