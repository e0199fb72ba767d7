import { type JsonObject, messageOf, newId } from "../base/mod.ts";
import {
  knowledgeIn,
  listCompletions,
  loadWorkflows,
  resolveInput,
  withFallback,
} from "../context/mod.ts";
import { Controller } from "../controller/mod.ts";
import {
  type Env,
  type Manifest,
  manifestToml,
  type ModelConfig,
  scaleCompaction,
} from "../manifest/mod.ts";
import { Pod } from "../pod/mod.ts";
import type { AlertSource, Event } from "../protocol/mod.ts";
import type { Trace } from "../providers/mod.ts";
import { defaultCompaction } from "./compaction.ts";
import type { LaunchOptions } from "./launch.ts";
import { openManifestModel, requestConfig, retrySettings } from "./manifest_model.ts";
import { Outlet } from "./outlet.ts";
import { ParentReports } from "./parent_reports.ts";
import { copyRules, createScope } from "./pod_scope.ts";
import { type Launch, prepareLaunch } from "./prepare_launch.ts";
import { loadPrompts, systemPromptRenderer } from "./prompts.ts";
import { durableStorage, ephemeralStorage, type PodIdentity } from "./storage.ts";
import { checkUnchanged, openConversation, type StoredConversation } from "./stored_pod.ts";
import { createToolSet } from "./tool_set.ts";
import { traceInto } from "./trace_into.ts";
import {
  findWorkflowSources,
  residentWorkflowDirectory,
  residentWorkflows,
  workflowWarnings,
} from "./workflows.ts";

/** A pod with everything it needs, in this process. */
export interface Host extends PodIdentity, AsyncDisposable {
  readonly pod: Pod;
  readonly controller: Controller;
  /** Where it works: absolute. */
  readonly cwd: string;
  /** Null for a pod that nobody can talk to. */
  readonly socketPath: string | null;
  /** What was odd about the configuration, a line each. */
  readonly warnings: readonly string[];
  /** What a client is told first. */
  snapshot(): Event;
}

/**
 * Puts a pod together: manifest, session, scope, model, storage, tools, socket. A pod that was there
 * before goes on with its conversation. Everything that can be wrong with the configuration is found
 * out before anything is written.
 *
 * @param watch takes the pod's events, in order
 * @throws {PodError} when the configuration does not make a pod; the message says what to mend.
 */
export async function openHost(
  options: LaunchOptions,
  watch: (event: Event) => void,
): Promise<Host> {
  return await openLaunch(await prepareLaunch(options), watch);
}

/** The second half of that, for whoever wants to know what was prepared. Throws as `openHost`. */
export async function openLaunch(launch: Launch, watch: (event: Event) => void): Promise<Host> {
  const { options, paths, stores, sessionId, cwd } = launch;
  const { session } = options;
  const env: Env = (name) => options.env[name];
  const { name } = launch.manifest.pod;

  const conversation = openStoredConversation(launch);
  const workflowSources = findWorkflowSources(launch);
  const workflows = await loadWorkflows(workflowSources);
  const scope = createScope({
    manifest: launch.manifest,
    kept: conversation?.scope ?? null,
    cwd,
    workflowDirectory: residentWorkflowDirectory(workflows, workflowSources),
  });
  const durableRules = copyRules(scope.current.rules);
  const config = conversation?.state.config ?? requestConfig(launch.manifest);
  const trace: Trace | undefined = launch.manifest.session.record_event_trace && stores !== null
    ? traceInto(stores.sessions, sessionId, () => pod, (message) => warn("pod")(message))
    : undefined;
  const { model, fallbacks, table, secretVariables } = await openManifestModel(
    launch.manifest,
    paths,
    env,
    trace,
  );
  // Any of them may have to go on with the conversation.
  const contextWindow = Math.min(...[model, ...fallbacks].map(({ info }) => info.contextWindow));
  const manifest = withModel(launch, table, contextWindow);
  const compaction = manifest.compaction ?? defaultCompaction(contextWindow);
  const summariser = compaction.model === undefined
    ? null
    : await openManifestModel({ ...manifest, model: compaction.model }, paths, env, trace);
  const prompts = await loadPrompts({
    manifest,
    cwd,
    configDirectory: paths.config,
    homeDirectory: env("HOME") || null,
    isRestored: conversation !== null,
    instructions: options.instructions,
  });
  const unsupported = [model, ...fallbacks].flatMap((each) => each.unsupported(config));
  const warnings = [
    ...launch.warnings,
    ...new Set(unsupported),
    ...prompts.warnings,
    ...workflowWarnings(workflows),
  ];

  const identity: PodIdentity = {
    name,
    sessionId,
    segmentId: launch.stored?.segmentId ?? newId(),
  };
  const manifestJson: JsonObject = JSON.parse(JSON.stringify(manifest));
  const storage = stores === null
    ? ephemeralStorage(env("TMPDIR") || "/tmp")
    : await durableStorage(stores, {
      identity,
      cwd,
      manifest: manifestJson,
      scope: durableRules,
      isRestored: conversation !== null,
      isAdopted: session?.kind === "adopted",
      isOneShot: options.isOneShot,
      share: options.share,
      verify: () => checkUnchanged(name, launch, stores),
      onWarning: (message) => warnings.push(message),
    });
  const { spillDirectory, runtime } = storage;
  const toolSet = createToolSet({
    podName: name,
    scope,
    cwd,
    env: options.env,
    secretVariables: [...secretVariables, ...summariser?.secretVariables ?? []],
    spillDirectory,
  });
  const outlet = new Outlet(watch);
  const warn = (source: AlertSource) => (message: string) =>
    outlet.publish({
      event: "alert",
      data: { level: "warn", source, message, timestamp_ms: Date.now() },
    });
  const texts = withFallback(prompts.catalog, (error) => warn("pod")(messageOf(error)));
  const inputSources = {
    files: toolSet.files.files,
    cwd,
    maxBytes: manifest.worker.file_upload.max_bytes,
    workflows: workflowSources,
    knowledge: manifest.memory &&
      knowledgeIn(workflowSources.knowledgeDirectory ?? `${cwd}/.pod/knowledge`),
  };
  const pod: Pod = new Pod({
    ...identity,
    cwd,
    model,
    fallbacks,
    ...retrySettings(manifest.model),
    tools: toolSet.tools,
    tasks: toolSet.tasks,
    config,
    scopeRules: () => durableRules,
    scopeSummary: () => scope.current.summary(),
    renderSystemPrompt: systemPromptRenderer(prompts, {
      cwd,
      language: manifest.worker.language,
      toolNames: toolSet.tools.map((tool) => tool.name),
      scopeSummary: () => scope.current.summary(),
      workflows: residentWorkflows(workflows),
      outputSchema: options.outputSchema,
      onProblem: warn("agents_md"),
    }),
    prompts: texts,
    resolveInput: (segments, signal) => resolveInput(segments, inputSources, signal),
    createLog: (segmentId, entries) => storage.createLog(segmentId, entries),
    publish: (event) => outlet.publish(event),
    maxTurns: manifest.worker.max_turns,
    toolOutputLimits: {
      defaultMaxBytes: manifest.worker.tool_output.default_max_bytes,
      perTool: manifest.worker.tool_output.per_tool,
    },
    compaction: {
      settings: compaction,
      recordSkips: manifest.compaction !== undefined,
      model: summariser?.model ?? model,
      fallbacks: summariser?.fallbacks ?? fallbacks,
      ...retrySettings(compaction.model ?? manifest.model),
      prompts: texts,
      files: toolSet.files,
    },
  }, conversation ?? undefined);
  // A session that goes on has been told.
  for (const text of conversation === null ? workflows.shadowed : []) {
    const message = `[Skill shadowed] ${text}`;
    pod.notify({ kind: "notification", message, auto_run: false }, false);
  }
  const parent = session?.kind === "adopted"
    ? new ParentReports(session.callback, warn("pod"))
    : null;
  const controller = new Controller({
    pod,
    podName: name,
    report: (event) => parent?.send(event),
    complete: (kind, prefix) => listCompletions(kind, prefix, inputSources),
  });
  const takeDown = async () => {
    await parent?.[Symbol.asyncDispose]();
    await outlet[Symbol.asyncDispose]();
    await toolSet[Symbol.asyncDispose]();
    pod[Symbol.dispose]();
    await storage[Symbol.asyncDispose]();
  };
  try {
    if (runtime !== null) {
      runtime.writeManifest(await manifestToml(manifestJson));
      await outlet.open(runtime, controller);
    }
  } catch (error) {
    await takeDown();
    throw error;
  }
  return {
    ...identity,
    pod,
    controller,
    cwd,
    socketPath: runtime?.socketPath ?? null,
    warnings,
    snapshot: () => JSON.parse(pod.snapshotJson()),
    [Symbol.asyncDispose]: takeDown,
  };
}

function openStoredConversation(
  { options: { session }, stores, stored }: Launch,
): StoredConversation | null {
  if (stores === null || stored === null || stored.segmentId === null) return null;
  const scope = session?.kind === "segment" ? session.scope : undefined;
  return openConversation(stored.sessionId, stored.segmentId, stores, scope);
}

/** The manifest with what depends on the model. */
function withModel(
  { manifest, compactionRatios }: Launch,
  table: ModelConfig,
  contextWindow: number,
): Manifest {
  const compaction = scaleCompaction(manifest.compaction, compactionRatios, contextWindow);
  return { ...manifest, model: table, compaction };
}
