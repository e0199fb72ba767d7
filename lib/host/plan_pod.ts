import { type LoadedWorkflows, loadWorkflows, type WorkflowSources } from "../context/mod.ts";
import type { RequestConfig } from "../protocol/mod.ts";
import type { SharedScope } from "../scope/mod.ts";
import { CallTrace } from "./call_trace.ts";
import { compactionWarnings } from "./compaction_warnings.ts";
import { requestConfig } from "./manifest_model.ts";
import { openPodModels, type PodModels } from "./pod_models.ts";
import { createScope } from "./pod_scope.ts";
import type { Launch } from "./prepare_launch.ts";
import { loadPrompts, type PodPrompts } from "./prompts.ts";
import { openConversation, type StoredConversation } from "./stored_pod.ts";
import { findWorkflowSources, residentWorkflowDirectory, workflowWarnings } from "./workflows.ts";

/** What a pod is going to be. */
export interface PodPlan {
  /** What it goes on with; null: it begins a new one. */
  readonly conversation: StoredConversation | null;
  readonly scope: SharedScope;
  readonly config: RequestConfig;
  readonly models: PodModels;
  /** Null: nobody looks. */
  readonly trace: CallTrace | null;
  readonly prompts: PodPrompts;
  readonly workflowSources: WorkflowSources;
  readonly workflows: LoadedWorkflows;
  /** What is odd about its configuration, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Looks up and checks all that a pod is made from. Only reads.
 *
 * @throws {PodError} when the configuration does not make a pod; the message says what to mend.
 */
export async function planPod(launch: Launch): Promise<PodPlan> {
  const { cwd, options, paths, stores } = launch;
  const conversation = openStoredConversation(launch);
  const workflowSources = findWorkflowSources(launch);
  const workflows = await loadWorkflows(workflowSources);
  const scope = createScope({
    manifest: launch.manifest,
    kept: conversation?.scope ?? null,
    cwd,
    workflowDirectory: residentWorkflowDirectory(workflows, workflowSources),
  });
  const config = conversation?.state.config ?? requestConfig(launch.manifest);
  const isTraced = launch.manifest.session.record_event_trace;
  const trace = stores !== null && isTraced ? new CallTrace(stores.sessions) : null;
  const models = await openPodModels(launch, trace?.add);
  const { model, fallbacks, manifest } = models;
  const prompts = await loadPrompts({
    manifest,
    cwd,
    configDirectory: paths.config,
    homeDirectory: options.env.HOME || null,
    isRestored: conversation !== null,
    instructions: options.instructions,
  });
  const unsupported = [model, ...fallbacks].flatMap((each) => each.unsupported(config));
  return {
    conversation,
    scope,
    config,
    models,
    trace,
    prompts,
    workflowSources,
    workflows,
    warnings: [
      ...launch.warnings,
      ...new Set(unsupported),
      ...compactionWarnings(models.compaction.settings),
      ...prompts.warnings,
      ...workflowWarnings(workflows),
    ],
  };
}

function openStoredConversation(
  { options: { session }, stores, stored }: Launch,
): StoredConversation | null {
  if (stores === null || stored === null || stored.segmentId === null) return null;
  const scope = session?.kind === "segment" ? session.scope : undefined;
  return openConversation(stored.sessionId, stored.segmentId, stores, scope);
}
