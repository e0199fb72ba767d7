/**
 * Small things that know nothing about pods: ids, JSON values, text measures, files that are
 * replaced whole, the base of all errors. Every other room may use this one; it uses none.
 *
 * @module
 */
export { writeFileAtomic, type WriteFileAtomicOptions } from "./atomic_file.ts";
export { messageOf, PodError, type PodErrorOptions } from "./error.ts";
export { forwardAbort } from "./forward_abort.ts";
export { idTime, isId, newId } from "./id.ts";
export { isJsonObject, type JsonObject, type JsonValue, sortKeys, toJsonText } from "./json.ts";
export { sleep } from "./sleep.ts";
export { printable, stripEscapes } from "./terminal_text.ts";
export { byteLength, lastBytes, truncateBytes } from "./text.ts";
export { UsdSum } from "./usd_sum.ts";
export { VERSION } from "./version.ts";
export { yieldToEventLoop } from "./yield_to_event_loop.ts";
