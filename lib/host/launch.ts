import { PodError } from "../base/mod.ts";
import {
  absolutePath,
  type Manifest,
  ManifestError,
  type PartialManifest,
  resolveManifest,
} from "../manifest/mod.ts";
import type { Permission, ScopeRule } from "../protocol/mod.ts";
import type { ScopeSnapshot } from "../session/mod.ts";
import type { LaunchBase } from "./launch_base.ts";

/** Which session a pod works in. */
export type SessionChoice =
  /** That of its name, if it has one; else a new one. */
  | { readonly kind: "named"; readonly mustExist: boolean }
  /** A new one; a name that has one already is refused. */
  | { readonly kind: "fresh" }
  /** That of a segment, whose id it is; or of a session, which goes on where it was left. */
  | { readonly kind: "segment"; readonly id: string; readonly scope?: ScopeSnapshot }
  /** A new one, in the place that a parent has reserved; the parent is told of what becomes of it. */
  | {
    readonly kind: "adopted";
    /** Socket of the parent. */
    readonly callback: string;
    /** A partial manifest in JSON, instead of a file. */
    readonly config?: string;
  };

/** What a person asks for when starting a pod. Paths may be relative. */
export interface LaunchOptions {
  /** Where the pod works. Default: where it worked before, else the process's directory. */
  readonly cwd?: string;
  /** The environment, for keys, base directories and the shell. */
  readonly env: Readonly<Record<string, string>>;
  /** Default: from the manifest; else after the session (one-shots) or the working directory. */
  readonly name?: string;
  /** Default: that of its name. */
  readonly session?: SessionChoice;
  /** `provider/model`; default: from the manifest, else by the keys in the environment. */
  readonly model?: string;
  readonly manifestPath?: string;
  /** Describes a fresh pod without a manifest. Default: the default profile. */
  readonly profile?: string;
  /** Directory for session logs and pod metadata. Default: in the data directory. */
  readonly storePath?: string;
  /** Directories, each with everything below it. */
  readonly allowWrite: readonly string[];
  readonly allowRead: readonly string[];
  readonly deny: readonly string[];
  readonly maxTurns?: number;
  /** Replaces the built-in instructions. */
  readonly instructions?: string;
  /** JSON Schema, as text, of the final answer. */
  readonly outputSchema?: string;
  /** Whether nothing is kept on disk. */
  readonly ephemeral: boolean;
  /** Whether the pod goes away after its run. */
  readonly isOneShot: boolean;
  /** Whether it may work in directories that another live pod claims. */
  readonly share: boolean;
}

/**
 * The manifest of a launch: its base, with the flags on top.
 *
 * @param name undefined leaves it to the base
 * @param processCwd working directory of this process, which relative flags count from
 * @throws {PodError}
 */
export function launchManifest(
  name: string | undefined,
  base: LaunchBase,
  options: LaunchOptions,
  processCwd: string,
): Manifest {
  const flags = flagLayer(options, processCwd);
  const { model, scope, ...rest } = base.manifest;
  const layers: PartialManifest[] = [rest];
  // A model named by flag replaces the base's, whose parts do not fit another provider; only how
  // patiently it is asked is the same for all.
  const { retry, timeouts } = model ?? {};
  layers.push({ model: options.model === undefined ? model : { retry, timeouts } });
  if (!base.hasDefaultScope || flags.scope.allow.length === 0) layers.push({ scope });
  layers.push(flags, { pod: { name } });
  try {
    return { ...resolveManifest(layers), ...(base.profile && { profile: base.profile }) };
  } catch (error) {
    if (!(error instanceof ManifestError)) throw error;
    if (base.complaint === null) throw error;
    throw new PodError(error.code, `${base.complaint}: ${error.message}`, { cause: error });
  }
}

/** What the flags say, with absolute paths. */
function flagLayer(options: LaunchOptions, processCwd: string) {
  const rule = (permission: Permission) => (directory: string): ScopeRule => ({
    target: absolutePath(processCwd, directory),
    permission,
    recursive: true,
  });
  const allow = [
    ...options.allowWrite.map(rule("write")),
    ...options.allowRead.map(rule("read")),
  ];
  return {
    ...(options.model !== undefined && { model: { ref: options.model } }),
    ...(options.maxTurns !== undefined && { worker: { max_turns: options.maxTurns } }),
    // A denied directory is out of reach altogether, hence `read`.
    scope: { allow, deny: options.deny.map(rule("read")) },
  };
}
