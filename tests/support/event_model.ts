import type { StopReason } from "../../lib/protocol/mod.ts";
import { sleep, yieldToEventLoop } from "../../lib/base/mod.ts";
import {
  type BlockHead,
  type Model,
  ModelError,
  type ModelEvent,
  type ModelInfo,
  type ModelRequest,
  type ReasoningData,
  type Usage,
} from "../../lib/providers/mod.ts";

/** What an `EventModel` does with one request. */
export interface Played {
  readonly events?: readonly ModelEvent[];
  /** Before the first event. */
  readonly delayMs?: number;
  /** Thrown after the events; without any, the stream fails at opening. */
  readonly error?: ModelError;
  /** After the events, wait until the run is stopped. */
  readonly stall?: boolean;
}

/**
 * A model that answers its n-th request with the n-th list of events, whatever was asked (spec 20 §13).
 * A request beyond the list fails with status 500.
 */
export class EventModel implements Model {
  /** May be changed before the first request. */
  info: ModelInfo = { provider: "test", id: "events", scheme: "scripted", contextWindow: 1000 };
  readonly requests: ModelRequest[] = [];
  /** Streams that were begun and have not ended. */
  openStreams = 0;
  /** Called when an answer stalls. */
  onStall: () => void = () => {};
  readonly #answers: readonly Played[];

  constructor(...answers: (Played | readonly ModelEvent[])[]) {
    this.#answers = answers.map((answer) => "length" in answer ? { events: answer } : answer);
  }

  async *stream(request: ModelRequest, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    const played = this.#answers[this.requests.length] ?? { error: apiError(500, "used up") };
    this.requests.push(request);
    this.openStreams++;
    try {
      yield* this.#play(played, signal);
    } finally {
      this.openStreams--;
    }
  }

  unsupported(): string[] {
    return [];
  }

  async *#play(played: Played, signal: AbortSignal): AsyncGenerator<ModelEvent> {
    await (played.delayMs === undefined ? yieldToEventLoop() : sleep(played.delayMs, signal));
    for (const event of played.events ?? []) {
      if (signal.aborted) return;
      yield event;
    }
    if (played.error !== undefined) throw played.error;
    if (!played.stall || signal.aborted) return;
    const stopped = new Promise((resolve) => signal.addEventListener("abort", resolve));
    this.onStall();
    await stopped;
  }
}

/** A whole answer: the given blocks one after the other, usage, stop. */
export function answer(...blocks: ((index: number) => ModelEvent[])[]): ModelEvent[] {
  return answerStopped("end_turn", ...blocks);
}

/** The same with another stop reason. */
export function answerStopped(
  reason: StopReason,
  ...blocks: ((index: number) => ModelEvent[])[]
): ModelEvent[] {
  return [...blocks.flatMap((block, index) => block(index)), usage(10, 5), {
    type: "stop",
    reason,
  }];
}

export function text(...deltas: string[]) {
  return (index: number) => block(index, { kind: "text" }, deltas);
}

export function refusal(...deltas: string[]) {
  return (index: number) => block(index, { kind: "refusal" }, deltas);
}

export function thinking(reasoning: ReasoningData | undefined, ...deltas: string[]) {
  return (index: number) => block(index, { kind: "thinking" }, deltas, reasoning);
}

/** A call of `name`; `fragments` joined are its arguments. */
export function call(id: string, name: string, ...fragments: string[]) {
  return (index: number) => block(index, { kind: "tool_call", id, name }, fragments);
}

/** A usage report; what is not given was not reported. */
export function usage(
  inputTokens: number | null,
  outputTokens: number | null,
  cacheReadTokens: number | null = null,
  cacheWriteTokens: number | null = null,
): { readonly type: "usage"; readonly usage: Usage } {
  return { type: "usage", usage: { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens } };
}

/** The provider's refusal to answer, with the text of spec 20 §5.3. */
export function apiError(status: number, message: string, retryAfterMs?: number): ModelError {
  return new ModelError("api", `API error (status: ${status}): ${message}`, {
    status,
    retryAfterMs,
  });
}

function block(
  index: number,
  head: BlockHead,
  deltas: readonly string[],
  reasoning?: ReasoningData,
): ModelEvent[] {
  return [
    { type: "block_start", index, block: head },
    ...deltas.map((text): ModelEvent => ({ type: "block_delta", index, text })),
    { type: "block_stop", index, ...(reasoning && { reasoning }) },
  ];
}
