import * as v from "valibot";
import { count, positive32, timerMs, uint32, uint8, waitMs } from "./number.ts";
import { unsettable, type WithoutNull } from "./unset.ts";

/** The wire formats of model APIs; `scripted` plays a scenario file and needs no network. */
export const modelScheme = v.picklist([
  "anthropic",
  "openai_chat",
  "openai_responses",
  "gemini",
  "scripted",
]);
export type ModelScheme = v.InferOutput<typeof modelScheme>;

const noAuth = v.object({ kind: v.literal("none") });
const codexAuth = v.object({ kind: v.literal("codex_oauth") });

/** Where the credentials of a model come from (spec 70 §1.3); it never holds a secret itself. */
export const modelAuth = v.variant("kind", [
  noAuth,
  v.object({
    kind: v.literal("api_key"),
    env: v.exactOptional(v.string()),
    file: v.exactOptional(v.string()),
  }),
  codexAuth,
  v.object({ kind: v.literal("secret_ref"), ref: v.string() }),
]);
export type ModelAuth = v.InferOutput<typeof modelAuth>;

/** What a catalog may say about a provider's credentials. */
export const authHint = v.variant("kind", [
  noAuth,
  v.object({ kind: v.literal("api_key"), env: v.exactOptional(v.string()) }),
  codexAuth,
]);

/** What a model can do (spec 20 §6.0). */
export const modelCapability = v.object({
  tool_calling: v.picklist(["none", "sequential", "parallel"]),
  structured_output: v.picklist(["none", "json_object", "json_schema"]),
  reasoning: v.exactOptional(v.picklist(["effort", "budget_tokens", "both"])),
  /** The effort labels that it knows; without a list each is sent as it is. */
  efforts: v.exactOptional(v.array(v.string())),
  /** False: it refuses temperature, top_p and top_k. Left out: it takes them. */
  sampling: v.exactOptional(v.boolean()),
  /**
   * Anthropic's preserved thinking: what it thought is bound to the conversation before it, and it must be
   * told to do without where that has changed. @default false
   */
  bound_thinking: v.exactOptional(v.boolean()),
  vision: v.exactOptional(v.boolean(), false),
  prompt_caching: v.variant("kind", [
    v.object({ kind: v.literal("explicit"), max_breakpoints: uint8 }),
    v.object({ kind: v.literal("auto") }),
  ]),
});
export type ModelCapability = v.InferOutput<typeof modelCapability>;

/** How long a call may be silent (spec 20 §5.1, W10); what is left out keeps its usual value. */
export const modelTimeouts = v.object({
  /** From the request to the response's headers. */
  open_ms: v.exactOptional(timerMs),
  /** From the headers to the first event. */
  first_event_ms: v.exactOptional(timerMs),
  /** Between two pieces of the body. */
  idle_ms: v.exactOptional(timerMs),
});
export type ModelTimeouts = v.InferOutput<typeof modelTimeouts>;

/** How patiently calls are made (spec 20 §5); what is left out keeps its usual value. */
const modelRetry = v.object({
  max_attempts: v.exactOptional(positive32),
  /** Upper bound of the first wait; doubles with each attempt. */
  base_ms: v.exactOptional(waitMs),
  /** Upper bound of any wait that the provider did not ask for. */
  cap_ms: v.exactOptional(waitMs),
  /** All waits of one call together. */
  budget_ms: v.exactOptional(waitMs),
  /** How often in a row an answer whose stream broke is asked for again. */
  max_continuations: v.exactOptional(uint32),
});

/** A model table as one layer has it: `[model]`, `[compaction.model]` and the like. */
export const modelTable = v.object({
  ref: v.exactOptional(v.string()),
  scheme: v.exactOptional(modelScheme),
  base_url: v.exactOptional(v.string()),
  model_id: v.exactOptional(v.string()),
  auth: v.exactOptional(modelAuth),
  capability: v.exactOptional(modelCapability),
  context_window: v.exactOptional(unsettable(count)),
  max_context_window: v.exactOptional(unsettable(count)),
  /** References of the models to go on with, in this order, when this one stays down. */
  fallback: v.exactOptional(v.array(v.string())),
  timeouts: v.exactOptional(modelTimeouts),
  retry: v.exactOptional(modelRetry),
});

/** A model table with all layers applied. Every key is optional; the catalog fills the gaps. */
export type ModelConfig = WithoutNull<v.InferOutput<typeof modelTable>>;
