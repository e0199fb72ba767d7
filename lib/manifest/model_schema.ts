import * as v from "valibot";
import { count, uint8 } from "./number.ts";
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
  vision: v.exactOptional(v.boolean(), false),
  prompt_caching: v.variant("kind", [
    v.object({ kind: v.literal("explicit"), max_breakpoints: uint8 }),
    v.object({ kind: v.literal("auto") }),
  ]),
});
export type ModelCapability = v.InferOutput<typeof modelCapability>;

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
});

/** A model table with all layers applied. Every key is optional; the catalog fills the gaps. */
export type ModelConfig = WithoutNull<v.InferOutput<typeof modelTable>>;
