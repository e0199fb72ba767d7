import { UsdSum } from "../../base/mod.ts";
import type { Event, StopReason } from "../../protocol/mod.ts";
import type { UsageTotals } from "./report.ts";

type CallUsage = Extract<Event, { event: "usage" }>["data"];

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
  readonly #cost = new UsdSum();

  /** What all calls have cost in US dollars; null when that is not known of each of them. */
  get costUsd(): number | null {
    return this.#cost.usd;
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
        return this.#addUsage(event.data);
      case "compact_done":
      case "compact_failed": {
        const { usage } = event.data;
        if (usage === undefined) return;
        this.usage.llm_calls += usage.llm_calls;
        return this.#addUsage(usage);
      }
    }
  }

  #addUsage(usage: CallUsage): void {
    this.usage.input_tokens += usage.input_tokens ?? 0;
    this.usage.output_tokens += usage.output_tokens ?? 0;
    this.usage.cache_read_tokens += usage.cache_read_input_tokens ?? 0;
    this.#cost.add(usage.cost_usd);
  }
}
