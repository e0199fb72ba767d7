import type { Permission, ScopeRule } from "../protocol/mod.ts";
import { isWithin, parentPath } from "./path.ts";

/** File systems that are windows into the kernel and its devices. */
const KERNEL_TREES = ["/proc", "/sys", "/dev"];

/**
 * Whether a rule is about `path`; both are canonical. The target itself always is; below it
 * everything, or only the direct children when the rule is not recursive.
 */
export function matches(rule: ScopeRule, path: string): boolean {
  if (rule.recursive) return isWithin(path, rule.target);
  return path === rule.target || parentPath(path) === rule.target;
}

/** As {@link matches}, for an allow rule: a rule on `/` does not open `/proc`, `/sys` and `/dev`. */
export function grants(rule: ScopeRule, path: string): boolean {
  if (!matches(rule, path)) return false;
  return rule.target !== "/" || !KERNEL_TREES.some((tree) => isWithin(path, tree));
}

/** What allow and deny rules leave of the access to a canonical path (spec 50 §2.4). */
export function effectivePermission(
  allow: readonly ScopeRule[],
  deny: readonly ScopeRule[],
  path: string,
): Permission | null {
  const granted = allow.filter((rule) => grants(rule, path));
  if (granted.length === 0) return null;
  const denied = deny.filter((rule) => matches(rule, path));
  if (denied.some((rule) => rule.permission === "read")) return null;
  if (denied.length > 0) return "read";
  return granted.some((rule) => rule.permission === "write") ? "write" : "read";
}

/** Whether the sets of paths that two rules are about can intersect (spec 50 §2.8). */
export function overlaps(a: ScopeRule, b: ScopeRule): boolean {
  if (a.recursive && b.recursive) {
    return isWithin(a.target, b.target) || isWithin(b.target, a.target);
  }
  if (a.recursive) return isWithin(b.target, a.target) || parentPath(a.target) === b.target;
  if (b.recursive) return overlaps(b, a);
  return a.target === b.target || parentPath(a.target) === b.target ||
    parentPath(b.target) === a.target;
}

/** Whether everything that `inner` grants is granted by `outer` as well (spec 50 §2.8). */
export function covers(outer: ScopeRule, inner: ScopeRule): boolean {
  if (outer.permission === "read" && inner.permission === "write") return false;
  if (outer.recursive) return grants(outer, inner.target);
  return outer.target === inner.target && !inner.recursive;
}
