import { PodError } from "../base/mod.ts";
import { wireCodeOf } from "../pod/mod.ts";
import {
  type Event,
  flattenSegments,
  type Method,
  type PodEvent,
  type PodStatus,
} from "../protocol/mod.ts";
import type { QueuedNotification } from "../session/mod.ts";
import type { Controller } from "./controller.ts";
import { notVisible, type Rejection, REJECTIONS } from "./rejection.ts";

type MethodName = Method["method"];
type MethodOf<Name extends MethodName> = Extract<Method, { method: Name }>;

/** What a method does in one state: nothing to return, or why it is refused. */
type Handler<Name extends MethodName> = (
  controller: Controller,
  method: MethodOf<Name>,
  /** Sends an event to the client that asked, and to nobody else. */
  answer: (event: Event) => void,
) => Rejection | void;

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
  notify: always((controller, { params }) => {
    wake(controller, { kind: "notification", ...params });
  }),
  pod_event: always((controller, { params }) => hear(controller, params)),
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
  list_visible_pods: unlessRunning((_controller, _method, answer) =>
    answer({ event: "visible_pods", data: { pods: [] } })
  ),
  inspect_pod: unlessRunning((_controller, { params }) => notVisible(params.name)),
  attach_or_restore_pod: unlessRunning((_controller, { params }) => notVisible(params.name)),
  list_completions: always((_controller, { params: { kind } }, answer) =>
    answer({ event: "completions", data: { kind, entries: [] } })
  ),
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
export function handle(
  controller: Controller,
  method: Method,
  answer: (event: Event) => void,
): Rejection | void {
  // The row that belongs to a method takes exactly that method, which the compiler cannot follow.
  const row = TABLE[method.method] as Row<MethodName>;
  try {
    return row[controller.state](controller, method, answer);
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

function run(controller: Controller, { params: { input } }: MethodOf<"run">): Rejection | void {
  if (flattenSegments(input).trim() === "") return REJECTIONS.emptyInput;
  void controller.stage({ kind: "user", input });
}

function listRewindTargets(
  { pod }: Controller,
  _method: MethodOf<"list_rewind_targets">,
  answer: (event: Event) => void,
): void {
  answer({ event: "rewind_targets", data: pod.listRewindTargets() });
}

/** A sub-delegation is nobody's to decide about, so the model is not told (spec 10 §11.2). */
function hear(controller: Controller, event: PodEvent): void {
  if (event.kind !== "scope_sub_delegated") wake(controller, { kind: "pod_event", event });
}

/** Gives the paused run up; what came in meanwhile starts one of its own. */
function abandon(controller: Controller): void {
  controller.pod.abandon();
  controller.stageNotifications();
}

/** Queues something, and starts a run for it where the pod is free and it should. */
function wake(controller: Controller, queued: QueuedNotification): void {
  const wakes = queued.kind === "pod_event" || queued.auto_run !== false;
  controller.pod.notify(queued, wakes && controller.state === "idle");
  controller.stageNotifications();
}
