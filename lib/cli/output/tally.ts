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
  #turnText = "";

  add(event: Event): void {
    switch (event.event) {
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
        return;
      case "llm_call_end":
        this.usage.llm_calls++;
        return;
      case "usage":
        this.usage.input_tokens += event.data.input_tokens ?? 0;
        this.usage.output_tokens += event.data.output_tokens ?? 0;
        this.usage.cache_read_tokens += event.data.cache_read_input_tokens ?? 0;
        return;
    }
  }
}
