import { PodError } from "../base/mod.ts";
import type { Manifest } from "../manifest/mod.ts";
import { covers, Scope, type ScopeRules, SharedScope } from "../scope/mod.ts";
import type { ScopeSnapshot } from "../session/mod.ts";
import { realPath } from "../tools/mod.ts";

/**
 * What a pod may touch: what its manifest says, or else what its session has kept, less what is denied.
 *
 * @param kept null for a new session
 * @throws {PodError} when the pod could not even read where it works.
 */
export function createScope(
  { scope: { allow, deny } }: Manifest,
  kept: ScopeSnapshot | null,
  cwd: string,
): SharedScope {
  const scope = kept === null
    ? Scope.create({ allow, deny }, realPath)
    : Scope.create(kept, realPath).withDeny(deny);
  if (!scope.canRead(cwd)) {
    throw new PodError(
      "scope",
      `pwd is not readable under the configured scope: ${cwd}; add it with --allow-read`,
    );
  }
  return new SharedScope(scope);
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
