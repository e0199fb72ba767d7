import type { PodClient } from "../../lib/ipc/mod.ts";
import type { Method, PodStatus } from "../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { answer, EventModel, text } from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { hear, hearSoFar, hearUntil, MARKER, notification, turnEnded, userInput } from "./hear.ts";

const SOME_SEGMENT = "0192f0e8-4d84-7d6e-a000-000000000001";

const RUNNING = "error already_running: Pod is already executing a turn";
const NO_REWIND =
  "error already_running: Pod is already executing a turn; rewind/compact can only run while idle or paused";
const NO_DISCOVERY =
  "error already_running: Pod discovery requests are only handled while the Pod is idle or paused";
const NOT_RUNNING = "error not_running: Pod is not running";
const NOT_VISIBLE = "error invalid_request: pod `child` is not visible to this Pod";
const NO_COMPACTION =
  "alert warn compactor: manual compact is unavailable because [compaction] is not configured";

const aRun = (trigger: string) => [
  "status running",
  `invoke_start ${trigger}`,
  "run_end finished",
  "status idle",
];

interface Row {
  readonly method: Method;
  /** What the client that asks hears of it, in each state. */
  readonly heard: Readonly<Record<PodStatus, readonly string[]>>;
}

function always(...heard: string[]): Row["heard"] {
  return { idle: heard, running: heard, paused: heard };
}

function unlessRunning(...heard: string[]): Row["heard"] {
  return { idle: heard, running: [NO_DISCOVERY], paused: heard };
}

const TABLE: readonly Row[] = [
  {
    method: userInput("go on"),
    heard: { idle: aRun("user_send"), running: [RUNNING], paused: aRun("user_send") },
  },
  {
    method: { method: "resume" },
    heard: {
      idle: ["error not_paused: Pod is not paused"],
      running: [RUNNING],
      paused: ["status running", "run_end finished", "status idle"],
    },
  },
  {
    method: { method: "cancel" },
    heard: {
      idle: [NOT_RUNNING],
      running: ["error internal: Cancelled", "status idle"],
      paused: ["status idle"],
    },
  },
  {
    method: { method: "pause" },
    heard: { idle: [NOT_RUNNING], running: ["run_end paused", "status paused"], paused: [] },
  },
  {
    method: notification("ping"),
    heard: { idle: aRun("notify"), running: [], paused: [] },
  },
  {
    method: { method: "notify", params: { message: "ping", auto_run: false } },
    heard: always(),
  },
  {
    method: turnEnded("child"),
    heard: { idle: aRun("pod_event"), running: [], paused: [] },
  },
  {
    method: {
      method: "pod_event",
      params: {
        kind: "scope_sub_delegated",
        parent_pod: "child",
        sub_pod: "grandchild",
        sub_socket: "/run/grandchild/sock",
        scope: [],
      },
    },
    heard: always(),
  },
  {
    method: { method: "compact" },
    heard: {
      idle: [NO_COMPACTION],
      running: [NO_REWIND],
      paused: [
        "error invalid_request: Cannot compact while the Pod is paused; resume or start a fresh turn first",
      ],
    },
  },
  {
    method: { method: "list_rewind_targets" },
    heard: { idle: ["rewind_targets"], running: [NO_REWIND], paused: ["rewind_targets"] },
  },
  {
    method: {
      method: "rewind_to",
      params: {
        target: { segment_id: SOME_SEGMENT, user_input_entry_index: 3 },
        expected_head_entries: 12,
      },
    },
    heard: {
      idle: ["error invalid_request: rewind target belongs to a different segment"],
      running: [NO_REWIND],
      paused: [
        "error invalid_request: Cannot apply rewind while the Pod is paused; resume or wait for idle first",
      ],
    },
  },
  { method: { method: "list_visible_pods" }, heard: unlessRunning("visible_pods") },
  {
    method: { method: "inspect_pod", params: { name: "child" } },
    heard: unlessRunning(NOT_VISIBLE),
  },
  {
    method: { method: "attach_or_restore_pod", params: { name: "child" } },
    heard: unlessRunning(NOT_VISIBLE),
  },
  {
    method: { method: "list_completions", params: { kind: "file", prefix: "src/" } },
    heard: always("completions"),
  },
];

/** The cells that are acceptance cases of their own. */
const CASES: Readonly<Record<string, string>> = {
  "idle: resume": "10.15-12",
  "idle: cancel": "10.15-12",
  "idle: pause": "10.15-12",
  "paused: pause": "10.15-12",
  "running: compact": "10.15-13 40.12-36",
  "paused: compact": "10.15-13 40.12-36",
  "paused: rewind_to": "10.15-13",
  "running: inspect_pod": "10.15-13",
};

for (const { method, heard } of TABLE) {
  const { method: name, ...params } = method;
  for (const state of ["idle", "running", "paused"] as const) {
    const cell = `${state}: ${name}`;
    Deno.test(`${CASES[cell] ?? "10.5"} ${cell} ${JSON.stringify(params)}`, async () => {
      await using served = await podIn(state);
      using client = await served.connect();
      equal(client.snapshot.data.status, state);
      await client.send(method);
      const expected = heard[state];
      const real: (string | null)[] = [];
      while (real.length < expected.length) real.push(await hearOfState(client));
      real.push(...await hearSoFar(client));
      deepEqual(real, expected);
    });
  }
}

for (const state of ["idle", "running", "paused"] as const) {
  Deno.test(`10.5 ${state}: shutdown ends the pod`, async () => {
    await using served = await podIn(state);
    using client = await served.connect();
    await client.send({ method: "shutdown" });
    const ofTheTurn = state === "running" ? ["error internal: Cancelled", "status idle"] : [];
    for (const expected of [...ofTheTurn, "shutdown", null]) {
      equal(await hearOfState(client), expected);
    }
    await served.ended;
  });
}

Deno.test("10.15-11 what is refused while a turn runs does not disturb it", async () => {
  await using served = await podIn("running");
  using client = await served.connect();
  for (const { method, heard: { running } } of TABLE) {
    const isRefused = running[0]?.startsWith("error already_running") ?? false;
    if (isRefused) await client.send(method);
  }
  await hearSoFar(client);
  equal(served.pod.status, "running");
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  await client.send({ method: "resume" });
  deepEqual((await hearUntil(client, "status idle")).slice(-2), [
    "run_end finished",
    "status idle",
  ]);
});

Deno.test("10.5 in any state, list_completions is answered to the client that asked only", async () => {
  for (const state of ["idle", "running", "paused"] as const) {
    await using served = await podIn(state);
    using client = await served.connect();
    using bystander = await served.connect();
    await client.send({ ...MARKER, id: "q" });
    deepEqual(await client.receive(), {
      event: "completions",
      data: { kind: "workflow", entries: [] },
      reply_to: "q",
    });
    deepEqual(await hearSoFar(bystander), []);
  }
});

/** A pod in the given state. What it says when asked again, it says to the end. */
async function podIn(state: PodStatus): Promise<ServedPod> {
  const half = { events: text("half")(0).slice(0, -1), stall: true };
  const whole = answer(text("done"));
  const served = await ServedPod.start({
    model: new EventModel(...state === "idle" ? [] : [half], whole, whole),
  });
  if (state === "idle") return served;
  using client = await served.connect();
  await client.send(userInput("go"));
  await hearUntil(client, "text_delta");
  if (state === "running") return served;
  await client.send({ method: "pause" });
  await hearUntil(client, "status paused");
  return served;
}

/** The next thing that a client hears of the pod's state, or as an answer; null at the end. */
async function hearOfState(client: PodClient): Promise<string | null> {
  const part =
    /^(segment_rotated|user_message|system_item|tool_|turn_|llm_|text_|thinking_|usage|$)/;
  for (;;) {
    const next = await hear(client);
    if (next === null || !part.test(next)) return next;
  }
}
