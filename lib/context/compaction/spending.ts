import { UsdSum } from "../../base/mod.ts";
import type { CompactionUsage, Event } from "../../protocol/mod.ts";

/** Adds up what the model calls of one compaction have used, also of one that fails. */
export class Spending {
  readonly #cost = new UsdSum();
  #total: CompactionUsage = {
    llm_calls: 0,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
  };

  constructor() {
    // What fails without any usage has cost nothing.
    this.#cost.add(0);
  }

  /** Takes an event of the summariser's. */
  see(event: Event): void {
    const total = this.#total;
    if (event.event === "llm_call_end") {
      this.#total = { ...total, llm_calls: total.llm_calls + 1 };
    }
    if (event.event !== "usage") return;
    const { input_tokens, output_tokens, cache_read_input_tokens, cost_usd } = event.data;
    this.#cost.add(cost_usd);
    this.#total = {
      ...total,
      input_tokens: total.input_tokens + (input_tokens ?? 0),
      output_tokens: total.output_tokens + (output_tokens ?? 0),
      cache_read_input_tokens: total.cache_read_input_tokens + (cache_read_input_tokens ?? 0),
    };
  }

  /** Undefined as long as no model was called. */
  get total(): CompactionUsage | undefined {
    if (this.#total.llm_calls === 0) return undefined;
    const cost_usd = this.#cost.usd;
    return { ...this.#total, ...(cost_usd !== null && { cost_usd }) };
  }
}
