import type { Event, StopReason } from "../../protocol/mod.ts";
import type { UsageTotals } from "./report.ts";

/** Adds a run up from its events. */
export class Tally {
  readonly usage: UsageTotals = {
    input_tokens: 0,
    output_tokens: 0,
    cache_read_tokens: 0,
    llm_calls: 0,
  };
  /** Finished turns. */
  turns = 0;
  /** What the model said in the last finished turn. */
  text = "";
  /** Why the model stopped in that turn. */
  stopReason: StopReason | null = null;
  /** The id of the model that answered in it. */
  model: string | null = null;
  #turnText = "";
  #ownModel: string | null = null;
  /** Billionths of a dollar add up without rounding; null while nothing is known to have cost. */
  #nanoUsd: number | null = null;
  #hasUnknownCost = false;

  /** What all calls have cost in US dollars; null when that is not known of each of them. */
  get costUsd(): number | null {
    return this.#nanoUsd === null || this.#hasUnknownCost ? null : this.#nanoUsd / 1e9;
  }

  add(event: Event): void {
    switch (event.event) {
      case "snapshot":
        this.#ownModel = event.data.greeting.model;
        return;
      case "turn_start":
        this.#turnText = "";
        return;
      case "text_done":
        this.#turnText += event.data.text;
        return;
      case "turn_end":
        if (event.data.result === "paused") return;
        this.turns++;
        this.text = this.#turnText;
        this.stopReason = event.data.stop_reason ?? null;
        this.model = event.data.model ?? this.#ownModel;
        return;
      case "llm_call_end":
        this.usage.llm_calls++;
        return;
      case "usage":
        this.usage.input_tokens += event.data.input_tokens ?? 0;
        this.usage.output_tokens += event.data.output_tokens ?? 0;
        this.usage.cache_read_tokens += event.data.cache_read_input_tokens ?? 0;
        return this.#addCost(event.data.cost_usd);
    }
  }

  #addCost(usd: number | undefined): void {
    if (usd === undefined) this.#hasUnknownCost = true;
    else this.#nanoUsd = (this.#nanoUsd ?? 0) + Math.round(usd * 1e9);
  }
}
