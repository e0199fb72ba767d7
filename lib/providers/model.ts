import { PodError, type PodErrorOptions } from "../base/mod.ts";
import type { JsonObject } from "../base/mod.ts";
import type { ModelScheme } from "../manifest/mod.ts";
import type { Item, RequestConfig, StopReason } from "../protocol/mod.ts";
import type { ModelPrice } from "./price.ts";

/** A tool as the model is told about it. */
export interface ToolDefinition {
  readonly name: string;
  readonly description: string;
  /** JSON Schema of the arguments; its top level is an object. */
  readonly inputSchema: JsonObject;
}

/** One generation request, in the form that is the same for every provider. */
export interface ModelRequest {
  /** The system prompt, or null for none. */
  readonly system: string | null;
  readonly items: readonly Item[];
  /** Sorted by name, so that the prompt's prefix is stable. */
  readonly tools: readonly ToolDefinition[];
  readonly config: RequestConfig;
  /** Stable for one segment; providers with prompt caching by key send it. */
  readonly cacheKey?: string;
  /** Index of an item up to which the prefix is worth caching (the summary after a compaction). */
  readonly cacheAnchor?: number;
}

/** Tokens of one call. `inputTokens` is the whole prompt, cached parts included. Null: not reported. */
export interface Usage {
  readonly inputTokens: number | null;
  readonly outputTokens: number | null;
  readonly cacheReadTokens: number | null;
  readonly cacheWriteTokens: number | null;
}

/** What a block is, known when it opens. */
export type BlockHead =
  | { readonly kind: "text" | "refusal"; readonly phase?: string }
  | { readonly kind: "thinking" }
  | { readonly kind: "tool_call"; readonly id: string; readonly name: string };

/** What the end of a thinking block brings that must go back to the model unchanged. */
export interface ReasoningData {
  /** The scheme that alone can read the rest. @default not known */
  readonly scheme?: ModelScheme;
  /** The whole text when it differs from the joined deltas; empty when those were a summary of it. */
  readonly text?: string;
  readonly summary?: string[];
  readonly encryptedContent?: string;
  readonly signature?: string;
}

/**
 * What a model's stream consists of, the same for every provider (spec 20 §4). Every block is opened
 * before its first delta and closed after its last; blocks may overlap and are told apart by `index`.
 * A good stream ends with exactly one `stop`; `usage` may come several times, each one whole.
 */
export type ModelEvent =
  | { readonly type: "block_start"; readonly index: number; readonly block: BlockHead }
  | { readonly type: "block_delta"; readonly index: number; readonly text: string }
  | { readonly type: "block_stop"; readonly index: number; readonly reasoning?: ReasoningData }
  | { readonly type: "usage"; readonly usage: Usage }
  | { readonly type: "stop"; readonly reason: StopReason };

/** What a model can do and how large it is, from catalog and manifest. */
export interface ModelInfo {
  /** Id of the catalog provider, or the scheme's name for an inline model. */
  readonly provider: string;
  /** The model's id as the provider's API knows it. */
  readonly id: string;
  readonly scheme: string;
  /** Tokens that fit, prompt and answer together. */
  readonly contextWindow: number;
  /** What its tokens cost. @default not known */
  readonly price?: ModelPrice;
}

/** The model as `--model` names it. */
export function modelName({ provider, id }: Pick<ModelInfo, "provider" | "id">): string {
  return `${provider}/${id}`;
}

/** One model behind one API: sends exactly one HTTP request per call and never retries by itself. */
export interface Model {
  readonly info: ModelInfo;
  /**
   * Opens a stream. Ends after `stop`; ends silently when `signal` is aborted.
   *
   * @throws {ModelError} for everything that can go wrong, before or after the first event.
   */
  stream(request: ModelRequest, signal: AbortSignal): AsyncIterable<ModelEvent>;
  /** Settings of `config` that this model's API cannot take and that are left out, one text each. */
  unsupported(config: RequestConfig): string[];
}

/**
 * How a call failed:
 * `api` the provider said no, with a status or inside the stream; `transport` no connection;
 * `timeout` a timer ran out; `broken` the stream ended or turned to garbage half-way;
 * `config` the request could not be made.
 */
export type ModelErrorKind = "api" | "transport" | "timeout" | "broken" | "config";

/** Facts about a failed call, beside its text. */
export interface ModelErrorOptions extends PodErrorOptions {
  /** HTTP status, if there was a response. */
  status?: number;
  /** The provider's own code, such as `overloaded_error`. */
  apiCode?: string;
  /** What the provider asked to wait, in milliseconds. */
  retryAfterMs?: number;
}

/** A failed model call; the message is one of the texts of spec 20 §5.3. */
export class ModelError extends PodError {
  override readonly name = "ModelError";
  readonly status?: number;
  readonly apiCode?: string;
  readonly retryAfterMs?: number;

  constructor(readonly kind: ModelErrorKind, message: string, options: ModelErrorOptions = {}) {
    super(`model_${kind}`, message, options);
    this.status = options.status;
    this.apiCode = options.apiCode;
    this.retryAfterMs = options.retryAfterMs;
  }
}
