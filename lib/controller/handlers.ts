import { messageOf, PodError } from "../base/mod.ts";
import { wireCodeOf } from "../pod/mod.ts";
import {
  type Event,
  flattenSegments,
  type Method,
  type PodEvent,
  type PodStatus,
  type RequestId,
} from "../protocol/mod.ts";
import type { QueuedNotification } from "../session/mod.ts";
import type { Controller } from "./controller.ts";
import { notVisible, type Rejection, REJECTIONS } from "./rejection.ts";

type MethodName = Method["method"];
type MethodOf<Name extends MethodName> = Extract<Method, { method: Name }>;

/** How the client that asked hears of what comes of it, and nobody else. */
export interface Reply {
  readonly answer: (event: Event) => void;
  /** Says that the method was taken, if the client wants to know. */
  readonly acknowledge: () => void;
}

/** Why a method is refused, or that the handler itself answers, when it can; nothing: it was taken. */
type Outcome = Rejection | "answered later" | void;

/** What a method does in one state. */
type Handler<Name extends MethodName> = (
  controller: Controller,
  method: MethodOf<Name>,
  reply: Reply,
) => Outcome;

type Row<Name extends MethodName> = Readonly<Record<PodStatus, Handler<Name>>>;

const { running, runningNoRewind, runningNoDiscovery, notPaused, notRunning } = REJECTIONS;

/** The state table of spec 10 §5. */
const TABLE: { readonly [Name in MethodName]: Row<Name> } = {
  run: { idle: run, running: refuse(running), paused: run },
  resume: {
    idle: refuse(notPaused),
    running: refuse(running),
    paused: (controller) => void controller.stage({ kind: "resume" }),
  },
  cancel: {
    idle: refuse(notRunning),
    running: (controller) => controller.stop("cancel"),
    paused: abandon,
  },
  pause: {
    idle: refuse(notRunning),
    running: (controller) => controller.stop("pause"),
    paused: nothing,
  },
  notify: always((controller, { params, id }) => {
    wake(controller, { kind: "notification", ...params }, id);
  }),
  pod_event: always((controller, { params, id }) => hear(controller, params, id)),
  compact: {
    idle: compact,
    running: refuse(runningNoRewind),
    paused: refuse(REJECTIONS.pausedNoCompact),
  },
  list_rewind_targets: {
    idle: listRewindTargets,
    running: refuse(runningNoRewind),
    paused: listRewindTargets,
  },
  rewind_to: {
    idle: ({ pod }, { params }) => pod.rewindTo(params.target, params.expected_head_entries),
    running: refuse(runningNoRewind),
    paused: refuse(REJECTIONS.pausedNoRewind),
  },
  list_visible_pods: unlessRunning((_controller, _method, { answer }) =>
    answer({ event: "visible_pods", data: { pods: [] } })
  ),
  inspect_pod: unlessRunning((_controller, { params }) => notVisible(params.name)),
  attach_or_restore_pod: unlessRunning((_controller, { params }) => notVisible(params.name)),
  list_completions: always(complete),
  shutdown: always((controller) => controller.shutDown()),
};

/** Compacts, or says in an alert why there is nothing to do (spec 10 §10). */
function compact(controller: Controller): void {
  const message = controller.pod.whyNotCompact();
  if (message === null) return void controller.stage({ kind: "compaction" });
  controller.pod.publish({
    event: "alert",
    data: { level: "warn", source: "compactor", message, timestamp_ms: Date.now() },
  });
}

/** Does what the table says for a method in the present state. */
export function handle(controller: Controller, method: Method, reply: Reply): Outcome {
  // The row that belongs to a method takes exactly that method, which the compiler cannot follow.
  const row = TABLE[method.method] as Row<MethodName>;
  try {
    return row[controller.state](controller, method, reply);
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    return { code: wireCodeOf(error), message: error.message };
  }
}

function refuse(rejection: Rejection): () => Rejection {
  return () => rejection;
}

function nothing(): void {}

function always<Name extends MethodName>(handler: Handler<Name>): Row<Name> {
  return { idle: handler, running: handler, paused: handler };
}

function unlessRunning<Name extends MethodName>(handler: Handler<Name>): Row<Name> {
  return { idle: handler, running: refuse(runningNoDiscovery), paused: handler };
}

/** Answered when it is known whether the pod can do it: what the input refers to has to be looked up. */
function run(
  controller: Controller,
  { params: { input } }: MethodOf<"run">,
  { answer, acknowledge }: Reply,
): Outcome {
  if (flattenSegments(input).trim() === "") return REJECTIONS.emptyInput;
  const refused = (data: Rejection) => answer({ event: "error", data });
  void controller.stage({ kind: "user", input, accepted: acknowledge, refused });
  return "answered later";
}

/** Nothing waits for the answer. */
function complete(
  controller: Controller,
  { params: { kind, prefix } }: MethodOf<"list_completions">,
  { answer }: Reply,
): Outcome {
  void controller.complete(kind, prefix).then(
    (entries) => answer({ event: "completions", data: { kind, entries } }),
    (error) =>
      answer({ event: "error", data: { code: wireCodeOf(error), message: messageOf(error) } }),
  );
  return "answered later";
}

function listRewindTargets(
  { pod }: Controller,
  _method: MethodOf<"list_rewind_targets">,
  { answer }: Reply,
): void {
  answer({ event: "rewind_targets", data: pod.listRewindTargets() });
}

/** A sub-delegation is nobody's to decide about, so the model is not told (spec 10 §11.2). */
function hear(controller: Controller, event: PodEvent, id: RequestId | undefined): void {
  if (event.kind !== "scope_sub_delegated") wake(controller, { kind: "pod_event", event }, id);
}

/** Gives the paused run up; what came in meanwhile starts one of its own. */
function abandon(controller: Controller): void {
  controller.pod.abandon();
  controller.stageNotifications();
}

/**
 * Queues something, and starts a run for it where the pod is free and it should. Whoever is told that it
 * was taken can rely on that, so then it is on disk even if its run comes at once.
 */
function wake(
  controller: Controller,
  queued: QueuedNotification,
  id: RequestId | undefined,
): void {
  const wakes = queued.kind === "pod_event" || queued.auto_run !== false;
  const startsRun = wakes && controller.state === "idle";
  controller.pod.notify(queued, startsRun && id === undefined);
  controller.stageNotifications();
}
