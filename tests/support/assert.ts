/**
 * The assertions of the tests. The names without `strict` are loose in Deno even when they are imported
 * from `node:assert/strict`, hence this module.
 *
 * @module
 */
export {
  deepStrictEqual as deepEqual,
  fail,
  match,
  notDeepStrictEqual as notDeepEqual,
  notStrictEqual as notEqual,
  ok,
  rejects,
  strictEqual as equal,
  throws,
} from "node:assert/strict";
