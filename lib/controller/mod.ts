/**
 * The actor that serialises one pod. In: methods of clients, in any order and at any time. Out: at most
 * one run at a time, answers and refusals to whoever asked. What is handled how in which state is a
 * table.
 *
 * @module
 */
export { AlertBuffer } from "./alert_buffer.ts";
export { Controller, type ControllerParts, type Sender, type StagedRun } from "./controller.ts";
export { REJECTIONS } from "./rejection.ts";
