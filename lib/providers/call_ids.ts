import { newId } from "../base/mod.ts";
import type { Item } from "../protocol/mod.ts";

/**
 * The ids of tool calls. Results are matched by them over all turns, and some servers send none or
 * the same ones again (spec 20 W9).
 */
export class CallIds {
  readonly #used = new Set<string>();

  /** @param items the history, whose ids are not to be used again. */
  constructor(items: readonly Item[]) {
    for (const item of items) {
      if (item.kind === "tool_call") this.#used.add(item.call_id);
    }
  }

  /** The server's own id; a new one when that is missing or taken. */
  take(wireId: string | null | undefined): string {
    const taken = !wireId || this.#used.has(wireId);
    const id = taken ? `call_${newId().replaceAll("-", "")}` : wireId;
    this.#used.add(id);
    return id;
  }
}
