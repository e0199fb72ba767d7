import type { Entry, ScopeRule } from "../protocol/mod.ts";
import { SCOPE_DOMAIN, type ScopeSnapshot } from "../session/mod.ts";

/** The entry that keeps a scope, with the keys of its rules in the order of the reference. */
export function scopeEntry({ allow, deny }: ScopeSnapshot): Entry {
  const payload = { allow: allow.map(plainRule), deny: deny.map(plainRule) };
  return { kind: "extension", ts: Date.now(), domain: SCOPE_DOMAIN, payload };
}

function plainRule({ permission, recursive, target }: ScopeRule) {
  return { permission, recursive, target };
}
