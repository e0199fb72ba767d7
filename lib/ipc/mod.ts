/**
 * Between processes: the JSON-lines server and client of a pod's socket, its runtime directory, and the
 * table of all pods of this host, `pods.json`. In come connections, methods as lines, and the claims of
 * pods that start; out go typed methods, events to every client, and refusals that name who is in the
 * way. What a method means and what a pod does is decided elsewhere.
 *
 * @module
 */
export { type Allocation, type PodProcess } from "./allocation.ts";
export { type Client } from "./connection.ts";
export { LockError, withLock } from "./lock_file.ts";
export { type OutboxLimits } from "./outbox.ts";
export { PodClient, type PodClientOptions } from "./pod_client.ts";
export { type Claim, PodRegistry } from "./pod_registry.ts";
export { PodServer, type PodServerOptions } from "./pod_server.ts";
export { isAlive } from "./pod_process.ts";
export { type PodProbe, probePod, probeStatus } from "./probe.ts";
export { findByName, findBySegment, type Pods, type RegisterOptions } from "./registry.ts";
export { RegistryError, type RegistryErrorCode } from "./registry_error.ts";
export { type RegistryOptions, withRegistry } from "./registry_file.ts";
export { RuntimeDirectory } from "./runtime_directory.ts";
export { RuntimeError } from "./runtime_error.ts";
export { readRuntimeStatus, type RuntimeStatus } from "./runtime_status.ts";
export { sendAndClose } from "./send_and_close.ts";
export { socketAnswers } from "./socket_answers.ts";
export { SocketError, type SocketErrorCode } from "./socket_error.ts";
export { socketPath } from "./socket_path.ts";
