import * as v from "valibot";
import { scopeRule } from "../protocol/mod.ts";
import { modelTable } from "./model_schema.ts";
import { count, decimal, int32, positive32, uint32 } from "./number.ts";
import { unsettable } from "./unset.ts";

const optional = v.exactOptional;
const text = optional(v.string());
const flag = optional(v.boolean());
const size = optional(count);
const texts = optional(v.array(v.string()));

const pod = v.object({ name: text, prompt_pack: text });

const worker = v.object({
  instruction: text,
  language: text,
  max_tokens: optional(unsettable(uint32)),
  max_turns: optional(unsettable(positive32)),
  temperature: optional(unsettable(decimal)),
  top_p: optional(unsettable(decimal)),
  top_k: optional(unsettable(uint32)),
  stop_sequences: texts,
  /** An effort label, kept as it is, or a budget in tokens; -1 leaves the budget to the model. */
  reasoning: optional(v.union([v.string(), int32])),
  tool_output: optional(v.object({
    default_max_bytes: size,
    per_tool: optional(v.record(v.string(), count)),
  })),
  file_upload: optional(v.object({ max_bytes: size })),
});

const scope = v.object({
  allow: optional(v.array(scopeRule)),
  deny: optional(v.array(scopeRule)),
});

const session = v.object({ record_event_trace: flag });

const action = v.picklist(["allow", "deny", "ask"]);

const permissions = v.object({
  default_action: optional(action),
  rule: optional(v.array(v.object({ tool: v.string(), pattern: v.string(), action }))),
});

/** `[compaction]`; every number in it counts tokens, except the turns. */
export const compactionTable = v.object({
  prune_protected_tokens: size,
  prune_min_savings: size,
  threshold: optional(unsettable(count)),
  request_threshold: optional(unsettable(count)),
  retained_tokens: size,
  overview_target_tokens: size,
  overview_warning_tokens: size,
  overview_deadline_tokens: size,
  worker_context_max_tokens: size,
  finish_warning_remaining_tokens: size,
  final_reserve_tokens: size,
  /** Has a default, so `false` stays `false` in the resolved manifest and its snapshots: no limit. */
  worker_max_turns: optional(v.union([uint32, v.literal(false)])),
  summary_target_tokens: size,
  summary_max_tokens: size,
  auto_read_budget_tokens: size,
  result_context_max_tokens: size,
  model: optional(modelTable),
});

const memory = v.object({
  workspace_root: text,
  query_result_limit: size,
  query_excerpt_lines: size,
  inject_summary: flag,
  language: text,
  extract_model: optional(modelTable),
  consolidation_model: optional(modelTable),
  extract_threshold: optional(unsettable(count)),
  extract_worker_max_turns: optional(uint32),
  consolidation_threshold_files: optional(unsettable(count)),
  consolidation_threshold_bytes: optional(unsettable(count)),
});

const web = v.object({
  enabled: flag,
  allow_private_addresses: flag,
  search: optional(v.object({
    enabled: flag,
    provider: optional(v.picklist(["brave"])),
    api_key_env: text,
    timeout_secs: size,
    base_url: text,
    country: text,
    search_lang: text,
    ui_lang: text,
    safesearch: text,
  })),
  fetch: optional(v.object({
    enabled: flag,
    timeout_secs: size,
    redirect_limit: size,
    max_response_bytes: size,
    max_output_bytes: size,
    allow_private_addresses: flag,
  })),
});

/** One layer of a manifest, with the keys as they are on disk (spec 70 §1.3). */
export const partialManifest = v.object({
  pod: optional(pod),
  model: optional(modelTable),
  worker: optional(worker),
  scope: optional(scope),
  /** What may be handed to children; our addition (spec 70 §3.5). */
  delegation_scope: optional(scope),
  session: optional(session),
  permissions: optional(permissions),
  compaction: optional(compactionTable),
  memory: optional(memory),
  web: optional(web),
  skills: optional(v.object({ directories: texts })),
});
export type PartialManifest = v.InferOutput<typeof partialManifest>;
