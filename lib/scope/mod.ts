/**
 * File permissions: which paths the file tools may read and write. In: rules from the manifest, the
 * session log or the command line, and a function that makes paths canonical; this room touches no
 * disk itself. Out: a {@link Scope} that answers for one path, a {@link SharedScope} that a pod
 * changes while it runs, and the geometry of rules for delegation.
 *
 * @module
 */
export { ScopeError, type ScopeErrorCode } from "./error.ts";
export { covers, overlaps } from "./geometry.ts";
export { isWithin, joinPath, parentPath, type RealPath } from "./path.ts";
export { Scope, type ScopeRules } from "./scope.ts";
export { SharedScope } from "./shared_scope.ts";
