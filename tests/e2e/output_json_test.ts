import { deepEqual, equal, match } from "../support/assert.ts";
import { segmentPaths } from "../support/session_files.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf, lastReportOf, reportOf } from "../support/run_output.ts";

const ANSWER = {
  text: ["Hi", " there"],
  usage: { input_tokens: 120, output_tokens: 4, cache_read_tokens: 100 },
};
const READS_A_FILE = [
  {
    thinking: "look",
    text: "I will read it.",
    tool_call: [{ id: "notes", name: "Read", arguments: ['{"file_path":', '"notes.txt"}'] }],
    usage: { input_tokens: 10, output_tokens: 2 },
  },
  { text: "It says hello.", usage: { input_tokens: 30, output_tokens: 3 } },
];

Deno.test("json: one object says all about a run", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const model = await workspace.scenario(...READS_A_FILE);
  const finished = await workspace.run([
    "run",
    "-o",
    "json",
    "--model",
    model,
    "-n",
    "reader",
    "Go",
  ]);

  const { session_id, segment_id, duration_ms: _, ...rest } = reportOf(finished);
  deepEqual(rest, {
    protocol_version: 1,
    pod: "reader",
    result: "finished",
    text: "It says hello.",
    structured: null,
    usage: { input_tokens: 40, output_tokens: 5, cache_read_tokens: 0, llm_calls: 2 },
    cost_usd: null,
    model: `${workspace.root}/scenario.toml`,
    turns: 2,
    stop_reason: "end_turn",
    error: null,
    exit_code: 0,
  });
  deepEqual(await segmentPaths(`${workspace.home}/sessions`), [
    `${workspace.home}/sessions/${session_id}/${segment_id}.jsonl`,
  ]);
  equal(finished.stderr, "");
});

Deno.test("json: a failed run has its error, and the usage up to there", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const [first = {}] = READS_A_FILE;
  const model = await workspace.scenario(first, { error: { status: 401, message: "expired" } });
  const finished = await workspace.run(["run", "-o", "json", "--model", model, "Go"]);
  const { result, text, usage, turns, error, exit_code, pod, session_id } = reportOf(finished);
  deepEqual([result, exit_code, turns, text], ["failed", 1, 1, "I will read it."]);
  deepEqual(usage, { input_tokens: 10, output_tokens: 2, cache_read_tokens: 0, llm_calls: 2 });
  equal(error?.code, "provider_error");
  match(error?.message ?? "", /expired/);
  equal(pod, `run-${session_id?.slice(-8)}`);
  match(finished.stderr, /^pod: error: .*expired/);
});

Deno.test("json: a limit and a timeout are results of their own", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [{ name: "Read", arguments: { file_path: "x" } }] },
    { text: "late", stall: true },
  );
  const run = ["run", "-o", "json", "--model", model];
  const limited = reportOf(await workspace.run([...run, "--max-turns", "1", "Go"]));
  deepEqual(
    [limited.result, limited.exit_code, limited.turns, limited.error],
    ["limit_reached", 3, 1, null],
  );
  const late = reportOf(await workspace.run([...run, "--timeout", "500ms", "Go"]));
  deepEqual([late.result, late.exit_code, late.error?.code], ["timeout", 124, "timeout"]);
});

Deno.test("json: what is wrong with the configuration is one object too", async () => {
  await using workspace = await Workspace.create();
  const finished = await workspace.run(["run", "-o", "json", "--model", "nobody/x", "Go"]);
  const { error, exit_code, result, pod, session_id, segment_id, usage, turns } = reportOf(
    finished,
  );
  deepEqual([result, exit_code, pod, session_id, segment_id, turns], [
    "failed",
    2,
    null,
    null,
    null,
    0,
  ]);
  equal(usage.llm_calls, 0);
  match(error?.message ?? "", /unknown provider `nobody`/);
});

Deno.test("stream-json: a run without a pod still has a last line, which names the version", async () => {
  await using workspace = await Workspace.create();
  const finished = await workspace.run(["run", "-o", "stream-json", "--model", "nobody/x", "Go"]);
  equal(finished.stdout.trimEnd().split("\n").length, 1);
  const { protocol_version, exit_code } = lastReportOf(finished);
  deepEqual([protocol_version, exit_code], [1, 2]);
});

Deno.test("stream-json: a text run, line by line (spec 10 §7.1)", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(ANSWER);
  const finished = await workspace.run(["run", "-o", "stream-json", "--model", model, "Hello"]);
  const events = eventsOf(finished);

  const segments = [{ kind: "text", content: "Hello" }];
  deepEqual(events.filter(({ event }) => event !== "segment_rotated"), [
    { event: "status", data: { status: "running" } },
    { event: "invoke_start", data: { kind: "user_send" } },
    { event: "user_message", data: { segments } },
    { event: "turn_start", data: { turn: 0 } },
    { event: "llm_call_start", data: { llm_call: 0 } },
    { event: "text_delta", data: { text: "Hi" } },
    { event: "text_delta", data: { text: " there" } },
    { event: "text_done", data: { text: "Hi there" } },
    {
      event: "usage",
      data: { input_tokens: 120, output_tokens: 4, cache_read_input_tokens: 100 },
    },
    { event: "llm_call_end", data: { llm_call: 0 } },
    { event: "turn_end", data: { turn: 0, result: "finished", stop_reason: "end_turn" } },
    { event: "run_end", data: { result: "finished" } },
    { event: "status", data: { status: "idle" } },
  ]);
  const entries = await workspace.entries();
  deepEqual(events[1], { event: "segment_rotated", data: { entry: entries[0] } });
  deepEqual(entries.map(({ kind }) => kind), [
    "segment_start",
    "extension",
    "invoke",
    "user_input",
    "assistant_item",
    "llm_usage",
    "turn_end",
    "run_completed",
  ]);
  const { text, usage } = lastReportOf(finished);
  equal(text, "Hi there");
  deepEqual(usage, { input_tokens: 120, output_tokens: 4, cache_read_tokens: 100, llm_calls: 1 });
  equal(finished.stderr, "");
});

Deno.test("stream-json: thinking and a tool call, line by line (spec 10 §7.2)", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const model = await workspace.scenario(...READS_A_FILE);
  const events = eventsOf(
    await workspace.run(["run", "-o", "stream-json", "--model", model, "Go"]),
  );

  const from = events.findIndex(({ event }) => event === "turn_start");
  deepEqual(events.slice(from).map(({ event }) => event), [
    "turn_start",
    "llm_call_start",
    "thinking_start",
    "thinking_delta",
    "thinking_done",
    "text_delta",
    "text_done",
    "tool_call_start",
    "tool_call_args_delta",
    "tool_call_args_delta",
    "tool_call_done",
    "usage",
    "llm_call_end",
    "turn_end",
    "tool_result",
    "turn_start",
    "llm_call_start",
    "text_delta",
    "text_done",
    "usage",
    "llm_call_end",
    "turn_end",
    "run_end",
    "status",
  ]);
  const dataOf = (name: string) => events.find(({ event }) => event === name)?.data;
  deepEqual(dataOf("tool_call_start"), { id: "notes", name: "Read" });
  deepEqual(dataOf("tool_call_done"), {
    id: "notes",
    name: "Read",
    arguments: '{"file_path":"notes.txt"}',
  });
  deepEqual(dataOf("tool_result"), {
    id: "notes",
    summary: dataOf("tool_result")?.summary,
    output: "     1\thello\n",
    is_error: false,
  });
});
