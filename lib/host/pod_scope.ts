import { PodError } from "../base/mod.ts";
import type { Manifest } from "../manifest/mod.ts";
import type { ScopeRule } from "../protocol/mod.ts";
import { covers, Scope, type ScopeRules, SharedScope } from "../scope/mod.ts";
import type { ScopeSnapshot } from "../session/mod.ts";
import { realPath } from "../tools/mod.ts";

/** What a pod's scope is made from. */
export interface ScopeSources {
  readonly manifest: Manifest;
  /** What the session may touch; null for a new one. */
  readonly kept: ScopeSnapshot | null;
  /** Absolute. */
  readonly cwd: string;
  /** Where the model is told to read workflows; null when it is told of none. */
  readonly workflowDirectory: string | null;
}

/**
 * What a pod may touch: what its manifest says, or else what its session has kept, less what is denied.
 *
 * @throws {PodError} when the pod could not even read where it works.
 */
export function createScope(sources: ScopeSources): SharedScope {
  const { manifest, kept, cwd } = sources;
  const scope = kept === null
    ? freshScope(sources)
    : Scope.create(kept, realPath).withDeny(manifest.scope.deny);
  if (!scope.canRead(cwd)) {
    throw new PodError(
      "scope",
      `pwd is not readable under the configured scope: ${cwd}; add it with --allow-read`,
    );
  }
  return new SharedScope(scope);
}

/** Skills are listed even where they can be read anyhow (spec 40 §9.3). */
function freshScope({ manifest, workflowDirectory }: ScopeSources): Scope {
  const { scope: { allow, deny }, skills } = manifest;
  const rules = { allow: [...allow, ...skills.directories.map(readable)], deny };
  const scope = Scope.create(rules, realPath);
  if (workflowDirectory === null || scope.canRead(workflowDirectory)) return scope;
  return scope.withAllow([readable(workflowDirectory)]);
}

function readable(target: string): ScopeRule {
  return { target, permission: "read", recursive: true };
}

/**
 * A scope that a session is to go on with instead of its own. It cannot grow that way (spec 70 §9-20).
 *
 * @param kept what the session may touch; null when it does not say
 * @throws {PodError} `scope`
 */
export function narrowScope(kept: ScopeSnapshot | null, wanted: ScopeSnapshot): ScopeSnapshot {
  const rules = copyRules(Scope.create(wanted, realPath).rules);
  if (kept === null) return rules;
  const outside = rules.allow.find((rule) => !kept.allow.some((own) => covers(own, rule)));
  if (outside === undefined) return { allow: rules.allow, deny: [...kept.deny, ...rules.deny] };
  throw new PodError(
    "scope",
    `the scope of a session can only be narrowed: it does not cover ${outside.permission} for ` +
      outside.target,
  );
}

/** The rules as the log keeps them. */
export function copyRules({ allow, deny }: ScopeRules): ScopeSnapshot {
  return { allow: [...allow], deny: [...deny] };
}
