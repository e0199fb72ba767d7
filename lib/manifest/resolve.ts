import { ManifestError } from "./error.ts";
import { findRelativePath, type PathKey } from "./file_paths.ts";
import { mergeManifests } from "./merge.ts";
import { isPodName } from "./pod_name.ts";
import type { PartialManifest } from "./schema.ts";
import { withoutNull } from "./unset.ts";

const NO_OWN_LIMITS: Record<string, number> = {};

/** What a key is when no layer has it (spec 70 §1.3). Keys that are not here are then absent. */
const DEFAULTS = {
  worker: {
    instruction: "$pod/default",
    language: "the one the user writes in, unless they ask for another",
    stop_sequences: [],
  },
  toolOutput: { default_max_bytes: 65_536, per_tool: NO_OWN_LIMITS },
  fileUpload: { max_bytes: 262_144 },
  scope: { deny: [] },
  session: { record_event_trace: false },
  permissions: { rule: [] },
  compaction: {
    prune_protected_tokens: 8_000,
    prune_min_savings: 4_096,
    retained_tokens: 8_000,
    overview_target_tokens: 8_000,
    overview_warning_tokens: 16_000,
    overview_deadline_tokens: 40_000,
    worker_context_max_tokens: 50_000,
    finish_warning_remaining_tokens: 8_000,
    final_reserve_tokens: 4_000,
    worker_max_turns: 20,
    summary_target_tokens: 2_000,
    summary_max_tokens: 4_000,
    auto_read_budget_tokens: 8_000,
    result_context_max_tokens: 60_000,
  },
  memory: {
    query_result_limit: 20,
    query_excerpt_lines: 3,
    inject_summary: true,
    language: "English",
    extract_worker_max_turns: 8,
  },
  web: { enabled: false, allow_private_addresses: false },
  webSearch: { timeout_secs: 15 },
  webFetch: {
    timeout_secs: 20,
    redirect_limit: 5,
    max_response_bytes: 2_097_152,
    max_output_bytes: 65_536,
  },
  skills: { directories: [] },
};

/** The complete description of one pod. A section that is undefined is switched off. */
export type Manifest = ReturnType<typeof resolveManifest>;

/**
 * Merges layers, the lowest first, checks what a pod cannot do without and fills in the defaults. A
 * resolved manifest is again a layer that resolves to itself, so its JSON is also its snapshot.
 *
 * @throws {ManifestError} `manifest_invalid`, with the first failure in the order of spec 70 §1.4.
 */
export function resolveManifest(layers: readonly PartialManifest[]) {
  const merged = withoutNull(layers.reduce(mergeManifests, {}));
  const { worker, compaction, memory, web } = merged;

  const name = required("pod.name", merged.pod?.name);
  if (!isPodName(name)) throw invalid(`invalid pod name: ${name}`);
  checkAbsolute(merged, ["pod.prompt_pack", "model.auth.file"]);
  const allow = required(
    "scope.allow",
    merged.scope?.allow?.length ? merged.scope.allow : undefined,
  );
  checkAbsolute(merged, ["scope.allow.target", "scope.deny.target"]);
  const permissions = merged.permissions && {
    ...DEFAULTS.permissions,
    ...merged.permissions,
    default_action: required("permissions.default_action", merged.permissions.default_action),
  };
  checkAbsolute(merged, [
    "compaction.model.auth.file",
    "skills.directories",
    "memory.workspace_root",
    "memory.extract_model.auth.file",
    "memory.consolidation_model.auth.file",
  ]);

  return {
    pod: { ...merged.pod, name },
    model: merged.model ?? {},
    worker: {
      ...DEFAULTS.worker,
      ...worker,
      language: worker?.language?.trim() || DEFAULTS.worker.language,
      tool_output: { ...DEFAULTS.toolOutput, ...worker?.tool_output },
      file_upload: { ...DEFAULTS.fileUpload, ...worker?.file_upload },
    },
    scope: { ...DEFAULTS.scope, ...merged.scope, allow },
    session: { ...DEFAULTS.session, ...merged.session },
    permissions,
    compaction: compaction && { ...DEFAULTS.compaction, ...compaction },
    memory: memory && { ...DEFAULTS.memory, ...memory },
    web: web && {
      ...DEFAULTS.web,
      ...web,
      search: { ...DEFAULTS.webSearch, ...web.search },
      fetch: { ...DEFAULTS.webFetch, ...web.fetch },
    },
    skills: { ...DEFAULTS.skills, ...merged.skills },
  };
}

function invalid(message: string): ManifestError {
  return new ManifestError("manifest_invalid", message);
}

function required<T>(key: string, value: T | undefined): T {
  if (value === undefined) throw invalid(`missing required field: ${key}`);
  return value;
}

function checkAbsolute(manifest: PartialManifest, keys: readonly PathKey[]): void {
  const relative = findRelativePath(manifest, keys);
  if (relative !== undefined) {
    throw invalid(`path must be absolute (${relative.key}): ${relative.path}`);
  }
}
