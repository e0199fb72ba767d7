import { byteLength, type JsonObject, truncateBytes } from "../base/mod.ts";
import {
  type BlockHead,
  type Model,
  ModelError,
  type ModelEvent,
  modelName,
  type ModelRequest,
  type ReasoningData,
  type Usage,
} from "./model.ts";

/**
 * What happened in a call, for whoever looks for the fault in it (spec 20 §4.5): what the provider sent, or
 * how far the request has come. Holds no header, no key and no body of a request.
 */
export type TraceStep =
  | { readonly kind: "stream_event"; readonly event: JsonObject }
  | { readonly kind: "lifecycle"; readonly label: string; readonly data?: JsonObject };

/** Takes the steps of all calls, in order. */
export type Trace = (step: TraceStep) => void;

const LONGEST_PREVIEW_BYTES = 512;

const BLOCK_TYPES = {
  text: "Text",
  refusal: "Text",
  thinking: "Thinking",
  tool_call: "ToolUse",
} as const satisfies Record<BlockHead["kind"], string>;
type BlockType = typeof BLOCK_TYPES[BlockHead["kind"]];

const DELTAS = { Text: "Text", Thinking: "Thinking", ToolUse: "InputJson" } as const;

/** The same model, with every call of it traced. */
export function tracedModel(model: Model, trace: Trace): Model {
  const lifecycle = (label: string, data: JsonObject) => trace({ kind: "lifecycle", label, data });
  return {
    info: model.info,
    unsupported: (config) => model.unsupported(config),
    async *stream(request, signal) {
      lifecycle("build_request_done", factsOf(request));
      lifecycle("stream_open_start", { model: modelName(model.info) });
      const stream = new StreamTrace(trace);
      try {
        for await (const event of model.stream(request, signal)) {
          stream.add(event);
          yield event;
        }
        if (signal.aborted) stream.end("cancelled");
      } catch (error) {
        if (error instanceof ModelError) stream.fail(error);
        throw error;
      }
    },
  };
}

/** Something in a stream that meant nothing to the model's reader: it is not known, or of no interest. */
export function passedOver(
  provider: string,
  event: unknown,
  redact: (text: string) => string,
): TraceStep {
  const json = redact(JSON.stringify(event));
  const type = typeof event === "object" && event !== null && "type" in event ? event.type : null;
  return {
    kind: "stream_event",
    event: {
      UnhandledSse: {
        provider,
        event_type: typeof type === "string" ? type : null,
        data_preview: truncateBytes(json, LONGEST_PREVIEW_BYTES),
        data_len: byteLength(json),
      },
    },
  };
}

/** The events of one stream in the form of spec 20 §4.1. */
class StreamTrace {
  readonly #trace: Trace;
  readonly #open = new Map<number, BlockType>();
  #hasBegun = false;

  constructor(trace: Trace) {
    this.#trace = trace;
  }

  add(event: ModelEvent): void {
    if (!this.#hasBegun) this.#trace({ kind: "lifecycle", label: "stream_first_event" });
    this.#hasBegun = true;
    switch (event.type) {
      case "block_start":
        return this.#start(event.index, event.block);
      case "block_delta": {
        const { index, text } = event;
        const block = this.#open.get(index);
        if (block === undefined) return;
        return this.#tell({ BlockDelta: { index, delta: { [DELTAS[block]]: text } } });
      }
      case "block_stop":
        return this.#stop(event.index, event.reasoning);
      case "usage":
        return this.#tell({ Usage: usageOf(event.usage) });
      case "stop":
        return this.#tell({ Status: { status: "Completed", stop_reason: event.reason } });
    }
  }

  fail({ apiCode, status, message }: ModelError): void {
    if (!this.#hasBegun) {
      const data = { error: message, ...(status !== undefined && { status }) };
      return this.#trace({ kind: "lifecycle", label: "stream_open_error", data });
    }
    this.#tell({ Error: { code: apiCode ?? null, message } });
    this.end(message);
  }

  /** The stream is over before its time. */
  end(reason: string): void {
    if (!this.#hasBegun) return this.#trace({ kind: "lifecycle", label: "stream_open_cancelled" });
    for (const [index, block_type] of this.#open) {
      this.#tell({ BlockAbort: { index, block_type, reason } });
    }
  }

  #start(index: number, block: BlockHead): void {
    const block_type = BLOCK_TYPES[block.kind];
    this.#open.set(index, block_type);
    const metadata = block.kind === "tool_call"
      ? { ToolUse: { id: block.id, name: block.name } }
      : block_type;
    this.#tell({ BlockStart: { index, block_type, metadata } });
  }

  #stop(index: number, reasoning: ReasoningData | undefined): void {
    const block_type = this.#open.get(index);
    if (block_type === undefined) return;
    this.#open.delete(index);
    this.#tell({ BlockStop: { index, block_type, stop_reason: null } });
    if (reasoning !== undefined) this.#tell({ ReasoningItem: reasoningOf(reasoning) });
  }

  #tell(event: JsonObject): void {
    this.#trace({ kind: "stream_event", event });
  }
}

function reasoningOf({ text = "", summary = [], encryptedContent, signature }: ReasoningData) {
  return {
    id: null,
    text,
    summary,
    encrypted_content: encryptedContent ?? null,
    signature: signature ?? null,
  };
}

function usageOf({ inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }: Usage) {
  const isWhole = inputTokens !== null && outputTokens !== null;
  return {
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    total_tokens: isWhole ? inputTokens + outputTokens : null,
    cache_read_input_tokens: cacheReadTokens,
    cache_creation_input_tokens: cacheWriteTokens,
  };
}

/** What a request is made of, in numbers. */
function factsOf({ items, tools, cacheAnchor, cacheKey }: ModelRequest): JsonObject {
  const thoughts = items.filter((item) => item.kind === "reasoning");
  return {
    items_len: items.length,
    items_json_bytes: byteLength(JSON.stringify(items)),
    tools_len: tools.length,
    cache_anchor: cacheAnchor ?? null,
    cache_key_present: cacheKey !== undefined,
    reasoning_items: thoughts.length,
    last_item_kind: items.at(-1)?.kind ?? null,
  };
}
