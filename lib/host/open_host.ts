import { messageOf, newId, PodError } from "../base/mod.ts";
import { withFallback } from "../context/mod.ts";
import { Controller } from "../controller/mod.ts";
import { type Env, type Manifest, resolvePaths } from "../manifest/mod.ts";
import { Pod } from "../pod/mod.ts";
import type { AlertSource, Event } from "../protocol/mod.ts";
import { Scope, type ScopeRules, SharedScope } from "../scope/mod.ts";
import type { ScopeSnapshot } from "../session/mod.ts";
import { realPath } from "../tools/mod.ts";
import { defaultCompaction } from "./compaction.ts";
import { launchManifest, type LaunchOptions, readLaunchFile } from "./launch.ts";
import { openManifestModel, requestConfig, retrySettings } from "./manifest_model.ts";
import { Outlet } from "./outlet.ts";
import { loadPrompts, systemPromptRenderer } from "./prompts.ts";
import { durableStorage, ephemeralStorage, type PodIdentity } from "./storage.ts";
import { checkUnchanged, findStoredPod, type StoredPod } from "./stored_pod.ts";
import { openStores, usingDirectories } from "./stores.ts";
import { createToolSet } from "./tool_set.ts";

/** A pod with everything it needs, in this process. */
export interface Host extends PodIdentity, AsyncDisposable {
  readonly pod: Pod;
  readonly controller: Controller;
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
  const env: Env = (name) => options.env[name];
  const paths = resolvePaths(env);
  const processCwd = Deno.cwd();
  const file = await readLaunchFile(options, { processCwd });
  const freshSessionId = newId();
  const givenName = options.name ?? file?.manifest.pod?.name;
  const name = givenName ?? `run-${freshSessionId.slice(-8)}`;

  const stores = options.ephemeral ? null : openStores(paths);
  const stored = stores !== null && givenName !== undefined
    ? await usingDirectories(() => findStoredPod(name, stores))
    : null;
  const conversation = stored?.conversation ?? null;
  const cwd = realDirectory(options.cwd ?? stored?.cwd ?? ".");
  if (conversation !== null) refuseScopeFlags(name, options);
  const base = file?.manifest ?? stored?.manifest ?? null;
  const manifest = launchManifest(name, base, options, { cwd, processCwd });
  const scope = createScope(manifest, stored, cwd);
  const durableRules = copyRules(scope.current.rules);
  const config = conversation?.state.config ?? requestConfig(manifest);
  const { model, fallbacks, table, secretVariables } = await openManifestModel(
    manifest,
    paths,
    env,
  );
  const compaction = manifest.compaction ?? defaultCompaction(model.info.contextWindow);
  const summariser = compaction.model === undefined
    ? null
    : await openManifestModel({ ...manifest, model: compaction.model }, paths, env);
  const prompts = await loadPrompts({
    manifest,
    cwd,
    configDirectory: paths.config,
    homeDirectory: env("HOME") || null,
    isRestored: conversation !== null,
    instructions: options.instructions,
  });
  const unsupported = [model, ...fallbacks].flatMap((each) => each.unsupported(config));
  const warnings = [...file?.warnings ?? [], ...new Set(unsupported), ...prompts.warnings];

  const identity: PodIdentity = {
    name,
    sessionId: stored?.sessionId ?? freshSessionId,
    segmentId: conversation?.segmentId ?? newId(),
  };
  const storage = stores === null
    ? ephemeralStorage(env("TMPDIR") || "/tmp")
    : await durableStorage(stores, {
      identity,
      cwd,
      manifest: JSON.parse(JSON.stringify({ ...manifest, model: table })),
      scope: durableRules,
      isRestored: conversation !== null,
      isOneShot: options.isOneShot,
      share: options.share,
      verify: () => checkUnchanged(name, stored, stores),
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
  const pod = new Pod({
    ...identity,
    cwd,
    model,
    fallbacks,
    ...retrySettings(manifest.model),
    tools: toolSet.tools,
    config,
    scopeRules: () => durableRules,
    scopeSummary: () => scope.current.summary(),
    renderSystemPrompt: systemPromptRenderer(prompts, {
      cwd,
      language: manifest.worker.language,
      toolNames: toolSet.tools.map((tool) => tool.name),
      scopeSummary: () => scope.current.summary(),
      outputSchema: options.outputSchema,
      onProblem: warn("agents_md"),
    }),
    prompts: texts,
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
  const controller = new Controller({ pod, podName: name });
  const takeDown = async () => {
    await outlet[Symbol.asyncDispose]();
    await toolSet[Symbol.asyncDispose]();
    pod[Symbol.dispose]();
    await storage[Symbol.asyncDispose]();
  };
  try {
    if (runtime !== null) await outlet.open(runtime, controller);
  } catch (error) {
    await takeDown();
    throw error;
  }
  return {
    ...identity,
    pod,
    controller,
    socketPath: runtime?.socketPath ?? null,
    warnings,
    snapshot: () => JSON.parse(pod.snapshotJson()),
    [Symbol.asyncDispose]: takeDown,
  };
}

function realDirectory(path: string): string {
  try {
    const real = Deno.realPathSync(path);
    if (Deno.statSync(real).isDirectory) return real;
  } catch (error) {
    const message = `failed to resolve pwd ${path}: ${messageOf(error)}`;
    throw new PodError("cwd", message, { cause: error });
  }
  throw new PodError("cwd", `failed to resolve pwd ${path}: it is no directory`);
}

/** What a conversation may touch is part of it; flags can only take away (design: continuing a name). */
function refuseScopeFlags(name: string, { allowWrite, allowRead }: LaunchOptions): void {
  if (allowWrite.length === 0 && allowRead.length === 0) return;
  throw new PodError(
    "scope",
    `pod \`${name}\` has a session with a scope of its own: --allow-write and --allow-read cannot ` +
      "change it; leave them out, or choose another --name",
  );
}

function createScope(manifest: Manifest, stored: StoredPod | null, cwd: string): SharedScope {
  const kept = stored?.conversation?.scope;
  const scope = kept === undefined
    ? Scope.create(manifest.scope, realPath)
    : Scope.create(kept, realPath).withDeny(manifest.scope.deny);
  if (!scope.canRead(cwd)) {
    throw new PodError(
      "scope",
      `pwd is not readable under the configured scope: ${cwd}; add it with --allow-read`,
    );
  }
  return new SharedScope(scope);
}

function copyRules({ allow, deny }: ScopeRules): ScopeSnapshot {
  return { allow: [...allow], deny: [...deny] };
}
