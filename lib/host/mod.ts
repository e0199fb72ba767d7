/**
 * A pod as an operating system process: puts all its parts together, stops it on signals, and takes
 * everything down again. In: what a person asked for and the environment. Out: a pod that runs.
 *
 * @module
 */
export type { LaunchOptions, SessionChoice } from "./launch.ts";
export { openTable } from "./manifest_model.ts";
export { type Host, openHost, openLaunch } from "./open_host.ts";
export { type Launch, prepareLaunch } from "./prepare_launch.ts";
export { readNamedText, readTextOrNull } from "./read_text.ts";
export { selfCommand } from "./self_command.ts";
export { type DetachedPod, startDetached } from "./start_detached.ts";
export { findStoredPod } from "./stored_pod.ts";
export { openStores } from "./stores.ts";
export { Stop, type StopReason } from "./stop.ts";
export { findWorkflowSources } from "./workflows.ts";
