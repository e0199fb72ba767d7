import { messageOf } from "../base/mod.ts";
import {
  type InputSources,
  knowledgeIn,
  listCompletions,
  resolveInput,
  withFallback,
} from "../context/mod.ts";
import { Controller } from "../controller/mod.ts";
import { Pod } from "../pod/mod.ts";
import type { AlertSource } from "../protocol/mod.ts";
import type { ScopeSnapshot } from "../session/mod.ts";
import { retrySettings } from "./manifest_model.ts";
import type { Outlet } from "./outlet.ts";
import { ParentReports } from "./parent_reports.ts";
import type { PodPlan } from "./plan_pod.ts";
import type { Launch } from "./prepare_launch.ts";
import { systemPromptRenderer } from "./prompts.ts";
import type { PodIdentity, Storage } from "./storage.ts";
import { createToolSet, type ToolSet } from "./tool_set.ts";
import { residentWorkflows } from "./workflows.ts";

/** What a pod is put together from. */
export interface PodSupplies {
  readonly launch: Launch;
  readonly plan: PodPlan;
  readonly identity: PodIdentity;
  /** The scope as the log keeps it. */
  readonly scopeRules: ScopeSnapshot;
  readonly storage: Storage;
  readonly outlet: Outlet;
}

/** A pod that works. Disposing it takes down what it was put together from, in the right order. */
export interface AssembledPod extends AsyncDisposable {
  readonly pod: Pod;
  readonly controller: Controller;
}

/** Gives a planned pod its tools, its voice and its controller. */
export function assemblePod(supplies: PodSupplies): AssembledPod {
  const { launch, plan, identity, storage, outlet } = supplies;
  const { session, env } = launch.options;
  const toolSet = createToolSet({
    podName: identity.name,
    scope: plan.scope,
    cwd: launch.cwd,
    env,
    secretVariables: plan.models.secretVariables,
    spillDirectory: storage.spillDirectory,
  });
  const warnAs = (source: AlertSource) => (message: string) =>
    outlet.publish({
      event: "alert",
      data: { level: "warn", source, message, timestamp_ms: Date.now() },
    });
  const warn = warnAs("pod");
  const inputSources = inputSourcesOf(launch, plan, toolSet);
  const pod = createPod(supplies, { toolSet, inputSources, warnAs });
  plan.trace?.follow(pod, identity.sessionId, warn);
  // A session that goes on has been told.
  for (const text of plan.conversation === null ? plan.workflows.shadowed : []) {
    const message = `[Skill shadowed] ${text}`;
    pod.notify({ kind: "notification", message, auto_run: false }, false);
  }
  const parent = session?.kind === "adopted" ? new ParentReports(session.callback, warn) : null;
  const controller = new Controller({
    pod,
    podName: identity.name,
    report: (event) => parent?.send(event),
    complete: (kind, prefix) => listCompletions(kind, prefix, inputSources),
  });
  return {
    pod,
    controller,
    async [Symbol.asyncDispose]() {
      await parent?.[Symbol.asyncDispose]();
      await outlet[Symbol.asyncDispose]();
      await toolSet[Symbol.asyncDispose]();
      pod[Symbol.dispose]();
      await storage[Symbol.asyncDispose]();
    },
  };
}

function inputSourcesOf({ cwd }: Launch, plan: PodPlan, { files }: ToolSet): InputSources {
  const { workflowSources: workflows, models: { manifest } } = plan;
  return {
    files: files.files,
    cwd,
    maxBytes: manifest.worker.file_upload.max_bytes,
    workflows,
    knowledge: manifest.memory &&
      knowledgeIn(workflows.knowledgeDirectory ?? `${cwd}/.pod/knowledge`),
  };
}

/** What a pod needs beside its supplies. */
interface PodEquipment {
  readonly toolSet: ToolSet;
  readonly inputSources: InputSources;
  readonly warnAs: (source: AlertSource) => (message: string) => void;
}

function createPod(
  { launch: { cwd, options }, plan, identity, scopeRules, storage, outlet }: PodSupplies,
  { toolSet, inputSources, warnAs }: PodEquipment,
): Pod {
  const { scope, conversation, models: { model, fallbacks, manifest, compaction } } = plan;
  const { worker } = manifest;
  const scopeSummary = () => scope.current.summary();
  const prompts = withFallback(plan.prompts.catalog, (error) => warnAs("pod")(messageOf(error)));
  return new Pod({
    ...identity,
    cwd,
    model,
    fallbacks,
    ...retrySettings(manifest.model),
    tools: toolSet.tools,
    tasks: toolSet.tasks,
    config: plan.config,
    scopeRules: () => scopeRules,
    scopeSummary,
    renderSystemPrompt: systemPromptRenderer(plan.prompts, {
      cwd,
      language: worker.language,
      toolNames: toolSet.tools.map((tool) => tool.name),
      scopeSummary,
      workflows: residentWorkflows(plan.workflows),
      outputSchema: options.outputSchema,
      onProblem: warnAs("agents_md"),
    }),
    prompts,
    resolveInput: (segments, signal) => resolveInput(segments, inputSources, signal),
    createLog: (segmentId, entries) => storage.createLog(segmentId, entries),
    publish: (event) => outlet.publish(event),
    maxTurns: worker.max_turns,
    toolOutputLimits: {
      defaultMaxBytes: worker.tool_output.default_max_bytes,
      perTool: worker.tool_output.per_tool,
    },
    compaction: { ...compaction, prompts, files: toolSet.files },
  }, conversation ?? undefined);
}
