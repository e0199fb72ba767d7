import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { type Tool, ToolError } from "../../lib/agent/mod.ts";
import { newId } from "../../lib/base/mod.ts";
import { Pod, type PodParts } from "../../lib/pod/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Entry, type Event } from "../../lib/protocol/mod.ts";
import { openModel, resolveModel } from "../../lib/providers/mod.ts";
import { BUILTIN_CATALOG } from "../../lib/providers/mod.ts";
import { type Log, replay, SessionStore } from "../../lib/session/mod.ts";

interface Bench extends Disposable {
  readonly pod: Pod;
  readonly events: Event[];
  readonly store: SessionStore;
  readonly parts: PodParts;
  /** What happened, in order: `L kind` for a log entry on disk, `S event` for an event. */
  readonly story: string[];
  entries(): Entry[];
}

const echo: Tool = {
  name: "Echo",
  description: "Says it back.",
  inputSchema: { type: "object" },
  execute: (input) => Promise.resolve({ summary: `said ${JSON.stringify(input)}` }),
};

async function createPod(
  scenario: string,
  parts: Partial<PodParts> & { wrapLog?: (log: Log) => Log } = {},
): Promise<Bench> {
  const root = await Deno.makeTempDir({ prefix: "pod-pod-" });
  const store = new SessionStore(`${root}/sessions`);
  const [sessionId, segmentId] = [newId(), newId()];
  const resolved = resolveModel({ ref: "scripted/test.toml" }, BUILTIN_CATALOG);
  const model = await openModel(resolved, { kind: "none" }, {
    readText: () => Promise.resolve(scenario),
  });
  const story: string[] = [];
  const events: Event[] = [];
  let log: Log | undefined;
  const entries = () => [...store.readEntries(sessionId, segmentId)];
  let told = 0;
  const tellEntries = () => {
    if (log === undefined) return;
    for (const { kind } of entries().slice(told)) story.push(`L ${kind}`);
    told = entries().length;
  };
  const all: PodParts = {
    name: "test",
    cwd: root,
    sessionId,
    segmentId,
    model,
    tools: [echo],
    config: { ...DEFAULT_REQUEST_CONFIG },
    scopeRules: () => ({
      allow: [{ target: root, permission: "write", recursive: true }],
      deny: [],
    }),
    scopeSummary: () => `Writable:\n  - ${root}`,
    renderSystemPrompt: () => "You are a test.",
    async createLog(_segmentId, first) {
      log = await store.createSegment(sessionId, segmentId, first);
      return parts.wrapLog?.(log) ?? log;
    },
    publish(event) {
      tellEntries();
      story.push(`S ${event.event}`);
      events.push(event);
    },
    retryPolicy: { maxAttempts: 2, baseMs: 0, capMs: 0, budgetMs: 1000 },
    ...parts,
  };
  const pod = new Pod(all);
  return {
    pod,
    events,
    store,
    parts: all,
    story,
    entries,
    [Symbol.dispose]() {
      pod[Symbol.dispose]();
      Deno.removeSync(root, { recursive: true });
    },
  };
}

function run(bench: Bench, content: string, signal = new AbortController().signal) {
  return bench.pod.run([{ kind: "text", content }], signal);
}

const HELLO = `
[[answer]]
text = ["Hi", " there"]
usage = { input_tokens = 120, output_tokens = 4 }
`;

const TOOL_TURN = `
[[answer]]
thinking = "look"
[[answer.tool_call]]
id = "call_1"
name = "Echo"
arguments = { b = 1, a = 2 }
[[answer]]
text = "done"
`;

Deno.test("10.7.1 first run of a fresh pod: events and log entries in their order", async () => {
  using bench = await createPod(HELLO);
  deepEqual(await run(bench, "Hello"), { result: "finished" });
  deepEqual(bench.story, [
    "S status",
    "L segment_start",
    "L extension",
    "S segment_rotated",
    "L invoke",
    "L user_input",
    "S invoke_start",
    "S user_message",
    "S turn_start",
    "S llm_call_start",
    "S text_delta",
    "S text_delta",
    "S text_done",
    "L assistant_item",
    "L llm_usage",
    "S usage",
    "S llm_call_end",
    "S turn_end",
    "L turn_end",
    "L run_completed",
    "S run_end",
    "S status",
  ]);
  deepEqual(bench.events.at(-2), { event: "run_end", data: { result: "finished" } });
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
});

Deno.test("10.7.2 thinking and a tool call: entries before the events that tell of them", async () => {
  using bench = await createPod(TOOL_TURN);
  await run(bench, "go");
  deepEqual(bench.story.slice(bench.story.indexOf("S turn_start")), [
    "S turn_start",
    "S llm_call_start",
    "S thinking_start",
    "S thinking_delta",
    "S thinking_done",
    "S tool_call_start",
    "S tool_call_args_delta",
    "S tool_call_done",
    "L assistant_item",
    "L assistant_item",
    "S llm_call_end",
    "S turn_end",
    "L tool_result",
    "S tool_result",
    "S turn_start",
    "S llm_call_start",
    "S text_delta",
    "S text_done",
    "L assistant_item",
    "S llm_call_end",
    "S turn_end",
    "L turn_end",
    "L run_completed",
    "S run_end",
    "S status",
  ]);
});

Deno.test("30.14-2 the log of a first run", async () => {
  using bench = await createPod(HELLO);
  await run(bench, "hi");
  const entries = bench.entries();
  deepEqual(entries.map((entry) => entry.kind), [
    "segment_start",
    "extension",
    "invoke",
    "user_input",
    "assistant_item",
    "llm_usage",
    "turn_end",
    "run_completed",
  ]);
  const [start, scope] = entries;
  ok(start?.kind === "segment_start" && scope?.kind === "extension");
  equal(start.system_prompt, "You are a test.");
  equal(start.session_id, bench.parts.sessionId);
  equal(scope.domain, "pod.scope");
  deepEqual(entries.at(-1), {
    kind: "run_completed",
    ts: entries.at(-1)?.ts,
    interrupted: false,
    result: "finished",
  });
});

Deno.test("the log replays to exactly the history that the model was shown", async () => {
  using bench = await createPod(TOOL_TURN + HELLO);
  await run(bench, "one");
  await run(bench, "two");
  const state = replay(bench.entries());
  deepEqual(state.history, bench.pod.history);
  equal(state.turnCount, 3);
  equal(state.systemPrompt, "You are a test.");
  equal(state.interruption, null);
  const { sessionId, segmentId } = bench.parts;
  equal(bench.store.countEntries(sessionId, segmentId), state.entryCount);
});

Deno.test("30.14-25 the turn limit: tools run, then limit_reached", async () => {
  using bench = await createPod(TOOL_TURN, { maxTurns: 1 });
  deepEqual(await run(bench, "go"), { result: "limit_reached" });
  const last = bench.entries().at(-1);
  ok(last?.kind === "run_completed");
  deepEqual([last.result, last.interrupted], ["limit_reached", false]);
  equal(bench.pod.history.at(-1)?.kind, "tool_result");
});

Deno.test("10.7.8 a provider error after its retries: one error event, the input stays", async () => {
  const down = `[[answer]]\nerror = { status = 503, message = "down" }\n`;
  using bench = await createPod(down + down);
  const message = "Client error: API error (status: 503): down";
  deepEqual(await run(bench, "go"), { result: "failed", code: "provider_error", message });
  equal(bench.events.filter(({ event }) => event === "llm_retry").length, 1);
  deepEqual(bench.events.filter(({ event }) => event === "error"), [
    { event: "error", data: { code: "provider_error", message } },
  ]);
  const kinds = bench.entries().map((entry) => entry.kind);
  deepEqual(kinds.slice(-3), ["user_input", "turn_end", "run_errored"]);
  equal(replay(bench.entries()).interruption, "failure");
});

Deno.test("10.7.5 a stop after output: the partial text is nowhere, the outcome is Cancelled", async () => {
  const stop = new AbortController();
  using bench = await createPod(`[[answer]]\ntext = "half"\nstall = true\n`, {
    publish: (event) => {
      if (event.event === "text_delta") stop.abort();
    },
  });
  deepEqual(await run(bench, "go", stop.signal), {
    result: "cancelled",
    code: "internal",
    message: "Cancelled",
  });
  const last = bench.entries().at(-1);
  ok(last?.kind === "run_errored");
  deepEqual([last.interrupted, last.message], [true, "Cancelled"]);
  equal(bench.pod.history.length, 1);
});

Deno.test("30.14-11 a tool call that cannot be written: no tool runs, memory holds what disk holds", async () => {
  let ran = 0;
  const counting: Tool = { ...echo, execute: (...args) => (ran++, echo.execute(...args)) };
  using bench = await createPod(TOOL_TURN, {
    tools: [counting],
    wrapLog: (log) =>
      failingAt(log, (entry) => {
        return entry.kind === "assistant_item" && entry.item.kind === "tool_call";
      }),
  });
  const end = await run(bench, "go");
  ok(end.result === "failed");
  match(end.message, /^History append failed: no space/);
  equal(ran, 0);
  deepEqual(replay(bench.entries()).history, bench.pod.history);
  deepEqual(bench.events.at(-1), { event: "status", data: { status: "idle" } });
});

Deno.test("10.15 W-30 blank input is refused and nothing is written", async () => {
  using bench = await createPod(HELLO);
  for (const segments of [[], [{ kind: "text" as const, content: " \n" }]]) {
    await rejects(
      bench.pod.run(segments, new AbortController().signal),
      { code: "invalid_request", message: /the input is empty/ },
    );
  }
  deepEqual(bench.story, []);
  deepEqual(bench.store.listSessions(), []);
});

Deno.test("a failing tool is an error result, never the end of the run", async () => {
  using bench = await createPod(TOOL_TURN, {
    tools: [{
      ...echo,
      execute: () => Promise.reject(new ToolError("Execution failed", "boom")),
    }],
  });
  deepEqual(await run(bench, "go"), { result: "finished" });
  deepEqual(bench.events.find(({ event }) => event === "tool_result"), {
    event: "tool_result",
    data: {
      id: "call_1",
      summary: "Tool execution failed: Execution failed: boom",
      is_error: true,
    },
  });
});

Deno.test("the greeting names the protocol version and what the pod can do", async () => {
  using bench = await createPod(HELLO);
  const { protocol_version, pod_name, provider, tools } = bench.pod.greeting();
  deepEqual({ protocol_version, pod_name, provider, tools }, {
    protocol_version: 1,
    pod_name: "test",
    provider: "scripted",
    tools: ["Echo"],
  });
});

/** A log on a disk that is full for some entries. */
function failingAt(log: Log, isTooMuch: (entry: Entry) => boolean): Log {
  return {
    get length() {
      return log.length;
    },
    append(...entries) {
      if (entries.some(isTooMuch)) throw new Error("no space left on device");
      log.append(...entries);
    },
    get drifted() {
      return log.drifted;
    },
    readText: () => log.readText(),
    sync: () => log.sync(),
    truncate: (count) => log.truncate(count),
    close: () => log.close(),
    [Symbol.dispose]: () => log.close(),
  };
}
