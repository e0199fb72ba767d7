import { equal, throws } from "../support/assert.ts";
import type { ScopeRule } from "../../lib/protocol/mod.ts";
import { Scope, SharedScope } from "../../lib/scope/mod.ts";

const rule: ScopeRule = { target: "/ws", permission: "write", recursive: true };

Deno.test("a change of a shared scope is seen by the next check of every holder", () => {
  const shared = sharedScope();
  const other = { scope: shared };
  shared.update((scope) => scope.withDeny([rule]));
  equal(other.scope.current.permission("/ws/a"), "read");
  other.scope.update((scope) => scope.withoutDeny([rule]));
  equal(shared.current.permission("/ws/a"), "write");
});

Deno.test("a change that fails leaves the old scope in place", () => {
  const shared = sharedScope();
  const before = shared.current;
  throws(() => shared.update((scope) => scope.withDeny([{ ...rule, target: "ws" }])));
  equal(shared.current, before);
});

function sharedScope(): SharedScope {
  return new SharedScope(Scope.create({ allow: [rule], deny: [] }, (path) => path));
}
