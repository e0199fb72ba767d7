import { messageOf, newId, PodError } from "../base/mod.ts";
import { renderSystemPrompt } from "../context/mod.ts";
import { type Env, type Manifest, type Paths, resolvePaths } from "../manifest/mod.ts";
import { Pod } from "../pod/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Event, type RequestConfig } from "../protocol/mod.ts";
import {
  defaultModel,
  loadCatalog,
  type Model,
  openModel,
  resolveCredential,
  resolveModel,
} from "../providers/mod.ts";
import { Scope, SharedScope } from "../scope/mod.ts";
import {
  createBashTool,
  createFileTools,
  createSearchTools,
  FileTracker,
  realPath,
  ScopedFiles,
} from "../tools/mod.ts";
import { readNamedText, readTextOrNull } from "./read_text.ts";
import { launchManifest, type LaunchOptions } from "./launch.ts";
import { durableStorage, ephemeralStorage, type PodIdentity, type Storage } from "./storage.ts";

/** A pod with everything it needs, in this process. */
export interface Host extends PodIdentity, AsyncDisposable {
  readonly pod: Pod;
  /** What was odd about the configuration, a line each. */
  readonly warnings: readonly string[];
}

/**
 * Puts a pod together: manifest, scope, model, storage, tools. Everything that can be wrong with the
 * configuration is found out before anything is written.
 *
 * @param publish takes the pod's events, in order
 * @throws {PodError} when the configuration does not make a pod; the message says what to mend.
 */
export async function openHost(
  options: LaunchOptions,
  publish: (event: Event) => void,
): Promise<Host> {
  const env: Env = (name) => options.env[name];
  const cwd = realDirectory(options.cwd);
  const sessionId = newId();
  const { manifest, warnings } = await launchManifest(options, {
    cwd,
    processCwd: Deno.cwd(),
    defaultName: `run-${sessionId.slice(-8)}`,
  });
  const scope = createScope(manifest, cwd);
  const paths = resolvePaths(env);
  const config = requestConfig(manifest);
  const { model, secretVariables } = await openManifestModel(manifest, paths, env);
  warnings.push(...model.unsupported(config));

  const identity = { name: manifest.pod.name, sessionId, segmentId: newId() };
  const storage = options.ephemeral
    ? ephemeralStorage(env("TMPDIR") || "/tmp")
    : await durableStorage(identity, paths, cwd);
  const durableRules = scope.current.rules;
  const { tools, dispose } = createTools({
    identity,
    scope,
    cwd,
    storage,
    env: options.env,
    secretVariables,
  });
  const pod = new Pod({
    ...identity,
    cwd,
    model,
    tools,
    config,
    scopeRules: () => ({ allow: [...durableRules.allow], deny: [...durableRules.deny] }),
    scopeSummary: () => scope.current.summary(),
    renderSystemPrompt: () =>
      renderSystemPrompt({
        cwd,
        scopeSummary: scope.current.summary(),
        language: manifest.worker.language,
        now: new Date(),
        instructions: options.instructions,
        outputSchema: options.outputSchema,
      }),
    createLog: (segmentId, entries) => storage.createLog(segmentId, entries),
    publish,
    maxTurns: manifest.worker.max_turns,
    toolOutputLimits: {
      defaultMaxBytes: manifest.worker.tool_output.default_max_bytes,
      perTool: manifest.worker.tool_output.per_tool,
    },
  });
  return {
    ...identity,
    pod,
    warnings,
    async [Symbol.asyncDispose]() {
      await dispose();
      pod[Symbol.dispose]();
      await storage[Symbol.asyncDispose]();
    },
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

function createScope(manifest: Manifest, cwd: string): SharedScope {
  const scope = Scope.create(manifest.scope, realPath);
  if (!scope.canRead(cwd)) {
    throw new PodError(
      "scope",
      `pwd is not readable under the configured scope: ${cwd}; add it with --allow-read`,
    );
  }
  return new SharedScope(scope);
}

/** The model of a manifest, and the variables that may hold a key, its own or another provider's. */
async function openManifestModel(
  manifest: Manifest,
  paths: Paths,
  env: Env,
): Promise<{ model: Model; secretVariables: string[] }> {
  const named = manifest.model.ref ?? manifest.model.model_id;
  const table = named === undefined
    ? { ...manifest.model, ref: defaultModel(env) }
    : manifest.model;
  const catalog = await loadCatalog(readTextOrNull, paths.config, env);
  const resolved = resolveModel(table, catalog);
  const credential = await resolveCredential(resolved, env, Deno.readTextFile);
  const readText = (path: string) => readNamedText(path, `scenario ${path}`);
  const model = await openModel(resolved, credential, { readText });
  const auths = [resolved.auth, ...catalog.providers.map((provider) => provider.auth_hint)];
  const secretVariables = auths.flatMap((auth) =>
    auth.kind === "api_key" && auth.env !== undefined ? [auth.env] : []
  );
  return { model, secretVariables };
}

function requestConfig({ worker }: Manifest): RequestConfig {
  return {
    ...DEFAULT_REQUEST_CONFIG,
    max_tokens: worker.max_tokens ?? null,
    temperature: worker.temperature ?? null,
    top_p: worker.top_p ?? null,
    top_k: worker.top_k ?? null,
    stop_sequences: worker.stop_sequences,
    reasoning: worker.reasoning ?? null,
  };
}

interface ToolParts {
  readonly identity: PodIdentity;
  readonly scope: SharedScope;
  readonly cwd: string;
  readonly storage: Storage;
  readonly env: Readonly<Record<string, string>>;
  /** Variables in it that are none of a command's business. */
  readonly secretVariables: readonly string[];
}

/** The built-in tools. A shell is not bound by the scope, so a pod that may not write has none. */
function createTools({ identity, scope, cwd, storage, env, secretVariables }: ToolParts) {
  const files = new ScopedFiles({ scope, cwd, home: env.HOME });
  const tools = [
    ...createFileTools({ files, tracker: new FileTracker() }),
    ...createSearchTools({ files, cwd, rgPath: findProgram("rg", env.PATH) }),
  ];
  if (!scope.current.rules.allow.some((rule) => rule.permission === "write")) {
    return { tools, dispose: () => Promise.resolve() };
  }
  const { spillDirectory } = storage;
  scope.update((current) =>
    current.withAllow([{ target: spillDirectory, permission: "read", recursive: true }])
  );
  const bash = createBashTool({
    cwd,
    env: Object.fromEntries(
      Object.entries(env).filter(([variable]) => !secretVariables.includes(variable)),
    ),
    spillDirectory,
    podName: identity.name,
  });
  return { tools: [...tools, bash], dispose: () => bash[Symbol.asyncDispose]() };
}

/** The path of an executable file on PATH, or null. */
function findProgram(name: string, path = ""): string | null {
  for (const directory of path.split(":")) {
    const candidate = `${directory}/${name}`;
    try {
      const { isFile, mode } = Deno.statSync(candidate);
      if (isFile && ((mode ?? 0) & 0o111) !== 0) return candidate;
    } catch {
      // Not there, or not for us to see: look on.
    }
  }
  return null;
}
