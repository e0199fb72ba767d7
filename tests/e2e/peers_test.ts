/**
 * The ways in which other agents fail at one-shot runs (named by section and row of the list that this
 * program is measured against), each with a run that shows that pod does not. Rows that are a subject of
 * their own have their tests elsewhere: refused actions in `scope_test.ts` (4-1), exit codes and failing
 * servers in `exit_code_test.ts` (2.5, 4-3), signals in `signals_test.ts` and `kill_test.ts` (2.5, 4-14),
 * parallel runs in `storage_test.ts` (4-11), standard input in `stdin_test.ts` (4-26).
 */
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { newId } from "../../lib/base/mod.ts";
import { type Item, parseEvent } from "../../lib/protocol/mod.ts";
import { replay, SessionStore } from "../../lib/session/mod.ts";
import { eventually } from "../support/eventually.ts";
import { inTime } from "../support/in_time.ts";
import { peakMemoryMb, processesWith } from "../support/marked_processes.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";
import { type PodProcess, Workspace } from "../support/pod_process.ts";
import { eventsOf, lastReportOf } from "../support/run_output.ts";

/** What a run may need beyond what a small one needs: less than the output that it must not keep. */
const MUCH_MB = 150;

/** A scenario's call of the shell. */
function bash(command: string, more: { timeout?: number } = {}) {
  return { name: "Bash", arguments: { command, ...more } };
}

Deno.test("peers 4-2 the process ends after its answer, though the server keeps the line open", async () => {
  const answer = { text: "Done.", stallAfterEvents: 7 };
  await using server = startModelServer([answer]);
  await using workspace = await Workspace.create();
  const options = { env: anthropicAt(server), stdin: "open" } as const;
  const { code, stdout } = await workspace.run(["run", "Go"], options);
  deepEqual([code, stdout], [0, "Done.\n"]);
  equal(await server.requests[0]?.closed, "left");
});

Deno.test("peers 4-2 the process ends after its answer, though a command's child runs on", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [bash("sleep 1000 & nohup sleep 1000 >nohup.out 2>&1 & disown -a")] },
    { text: "Done." },
  );
  const run = workspace.run(["run", "--model", model, "Go"]);
  const { code, stdout } = await inTime("the end, without the command's children", run);
  deepEqual([code, stdout], [0, "Done.\n"]);
});

Deno.test("peers 4-4 grandchildren that hold the pipe do not hold the turn, and are gone in the next", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [bash("(sleep 1000 | cat) & echo started")] },
    { text: "next turn", stall: true },
  );
  await using process = workspace.spawn(["run", "--model", model, "Go"]);
  await process.printed(/next turn/);
  await eventually("only pod is left", () => onlyPodIsLeft(workspace, process));
  const [result] = (await workspace.entries()).filter(({ kind }) => kind === "tool_result");
  match(JSON.stringify(result), /started/);
});

Deno.test("peers 4-4 a command's time limit ends its grandchildren too", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [bash("(trap '' TERM; sleep 1000) & sleep 1000 | cat", { timeout: 1 })] },
    { text: "next turn", stall: true },
  );
  await using process = workspace.spawn(["run", "--model", model, "Go"]);
  await process.printed(/next turn/);
  await eventually("only pod is left", () => onlyPodIsLeft(workspace, process));
  const [result] = (await workspace.entries()).filter(({ kind }) => kind === "tool_result");
  match(JSON.stringify(result), /timed out after 1s/);
});

function onlyPodIsLeft(workspace: Workspace, { pid }: PodProcess): boolean {
  return processesWith(workspace.root).every((process) => parseInt(process) === pid);
}

Deno.test("peers 4-5 runs that end well leave no process behind", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [bash("sleep 1000 & echo one"), bash("(sleep 1000 & sleep 1000) & echo two")] },
    { tool_call: [bash("nohup sleep 1000 >nohup.out 2>&1 & echo three")] },
    { text: "Done." },
  );
  const run = () => workspace.run(["run", "--model", model, "Go"]);
  const ends = await Promise.all([run(), run(), run()]);
  deepEqual(ends.map(({ code }) => code), [0, 0, 0]);
  await workspace.deserted();
});

/** Peak memory of a run at the moment at which it asks for the answer after `answer`. */
async function peakAfter(answer: Answer): Promise<number> {
  await using server = startModelServer([answer, { delayMs: Infinity }]);
  await using workspace = await Workspace.create();
  await using process = workspace.spawn(["run", "Go"], { env: anthropicAt(server) });
  await untilRequested(1, server, process);
  return peakMemoryMb(process.pid);
}

/** Resolves when the request with this index has come; it never does once pod has ended. */
async function untilRequested(
  index: number,
  server: ModelServer,
  { finished }: PodProcess,
): Promise<void> {
  const ended = finished.then(({ stderr }) => {
    throw new Error(`pod ended before request ${index}: ${stderr}`);
  });
  await Promise.race([server.request(index), ended]);
}

const SMALL_CALL = { name: "Bash", input: { command: "echo small" } };

Deno.test("peers 4-6 memory stays bounded with 200 MB of a command's output", async () => {
  const command = "head -c 200000000 /dev/zero | tr '\\0' x";
  const small = await peakAfter({ toolCalls: [SMALL_CALL] });
  const large = await peakAfter({ toolCalls: [{ name: "Bash", input: { command } }] });
  ok(large - small < MUCH_MB, `${large} MB instead of ${small} MB`);
});

Deno.test("peers 4-6 memory stays bounded with an answer in 50,000 pieces", async () => {
  const small = await peakAfter({ text: "word ", toolCalls: [SMALL_CALL] });
  const text = Array<string>(50_000).fill("word ");
  const large = await peakAfter({ text, toolCalls: [SMALL_CALL], chunking: 16_384 });
  ok(large - small < MUCH_MB, `${large} MB instead of ${small} MB`);
});

Deno.test("peers 4-8 the pieces of an answer are never in the log, only the whole", async () => {
  await using workspace = await Workspace.create();
  const answer = { thinking: Array(500).fill("hm "), text: ["word "], repeat_text: 5000 };
  const model = await workspace.scenario(answer);
  const { stdout } = await workspace.run(["run", "-o", "stream-json", "--model", model, "Go"]);
  equal(stdout.match(/"text_delta"/g)?.length, 5000);

  const entries = await workspace.entries();
  const items = entries.filter(({ kind }) => kind === "assistant_item").map(({ item }) => item);
  deepEqual(items, [
    { kind: "reasoning", text: "hm ".repeat(500) },
    {
      kind: "message",
      role: "assistant",
      content: [{ kind: "text", text: "word ".repeat(5000) }],
    },
  ]);
  const others = entries.filter(({ kind }) => kind !== "assistant_item");
  equal(JSON.stringify(others).includes("word word"), false);
});

Deno.test("peers 4-9 torn and empty files of earlier runs neither stop a new one nor hide", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "--model", model, "Hi"];
  equal((await workspace.run(run)).code, 0);
  const store = new SessionStore(`${workspace.home}/sessions`);
  const [session = ""] = store.listSessions();
  const [segment = ""] = store.listSegments(session);
  const log = await Deno.readFile(store.segmentPath(session, segment));

  const damaged = new Map<string, Uint8Array>();
  const zeros = new Uint8Array(4096);
  for (const bytes of [log.slice(0, -20), new Uint8Array([...log, ...zeros]), new Uint8Array()]) {
    const [sessionId, segmentId] = [newId(), newId()];
    await Deno.mkdir(`${store.root}/${sessionId}`);
    await Deno.writeFile(store.segmentPath(sessionId, segmentId), bytes);
    damaged.set(store.segmentPath(sessionId, segmentId), bytes);
  }
  await Deno.mkdir(`${workspace.home}/pods/torn`);
  await Deno.writeTextFile(`${workspace.home}/pods/torn/metadata.json`, '{"pod_na');
  await Deno.writeTextFile(`${workspace.home}/pods/stray`, "");

  const { code, stdout, stderr } = await workspace.run(run);
  deepEqual([code, stdout], [0, "Hi\n"], stderr);
  equal(store.listSessions().length, 5);
  for (const [path, bytes] of damaged) deepEqual(await Deno.readFile(path), bytes);
  const readable = store.listSessions().map((id) => {
    const [only = ""] = store.listSegments(id);
    return replay(store.readEntries(id, only)).history.length;
  });
  deepEqual(readable.sort(), [0, 2, 2, 2, 2]);

  const named = await workspace.run([...run, "--name", "torn"]);
  equal(named.code, 2);
  match(named.stderr, /pods\/torn\/metadata\.json/);
});

Deno.test("peers 4-10 an answer is on disk before its tools run", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({
    thinking: "I copy the log.",
    text: "Let me see.",
    tool_call: [bash("cat ../home/sessions/*/*.jsonl > seen.jsonl")],
    usage: { input_tokens: 1, output_tokens: 1 },
  }, { text: "Done." });
  equal((await workspace.run(["run", "--model", model, "Go"])).code, 0);

  const lines = (await workspace.read("seen.jsonl")).trimEnd().split("\n");
  const seen: Record<string, unknown>[] = lines.map((line) => JSON.parse(line));
  const entries = await workspace.entries();
  deepEqual(seen, entries.slice(0, seen.length));
  deepEqual(seen.slice(4).map(({ kind, item }) => [kind, (item as Item | undefined)?.kind]), [
    ["assistant_item", "reasoning"],
    ["assistant_item", "message"],
    ["assistant_item", "tool_call"],
    ["llm_usage", undefined],
  ]);
});

Deno.test("peers 4-12 every line of the stream is an event that the protocol knows", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const model = await workspace.scenario(
    { error: { status: 503, message: "busy", retry_after_ms: 1 } },
    {
      thinking: "look",
      text: ["I ", "look."],
      tool_call: [
        { name: "Read", arguments: { file_path: "notes.txt" } },
        { name: "Read", arguments: { file_path: "none.txt" } },
        bash("echo out; echo err >&2; seq 100000"),
        { name: "Nothing", arguments: '{"not": json' },
      ],
      usage: { input_tokens: 1, output_tokens: 1 },
    },
    { error: { status: 401, message: "expired" } },
  );
  const finished = await workspace.run(["run", "-o", "stream-json", "--model", model, "Go"]);
  const events = eventsOf(finished);
  equal(finished.code, 1);
  for (const event of events) deepEqual({ ...parseEvent(event) }, event);
  const names = new Set(events.map(({ event }) => event));
  for (const name of ["llm_retry", "tool_result", "error"]) ok(names.has(name), name);
});

Deno.test("peers 4-12 events come while the model still speaks", async () => {
  const answer = { text: ["first ", "second"], stallAfterEvents: 4 };
  await using server = startModelServer([answer]);
  await using workspace = await Workspace.create();
  const run = ["run", "-o", "stream-json", "Go"];
  await using process = workspace.spawn(run, { env: anthropicAt(server) });
  await process.printed(/\{"event":"text_delta","data":\{"text":"first "\}\}\n$/);
});

/** A turn that is paid for; what comes after it decides how the run ends. */
const PAID: Answer = {
  toolCalls: [SMALL_CALL],
  usage: { input: 100, cacheRead: 20, output: 7 },
};

/** Per ending: what the second request gets, and how many prompt tokens are known then. */
const ENDINGS: readonly {
  readonly result: string;
  readonly answer: Answer;
  readonly flags?: readonly string[];
  readonly signal?: Deno.Signal;
  readonly inputTokens: number;
}[] = [
  {
    result: "finished",
    answer: { text: "Done.", usage: { input: 200, output: 3 } },
    inputTokens: 320,
  },
  {
    result: "failed",
    answer: {
      text: ["a", "b"],
      usage: { input: 200 },
      inStreamError: { type: "invalid_request", message: "no" },
    },
    inputTokens: 320,
  },
  { result: "failed", answer: { status: 401, errorBody: "no" }, inputTokens: 120 },
  {
    result: "limit_reached",
    answer: {},
    flags: ["--max-turns", "1"],
    inputTokens: 120,
  },
  {
    result: "timeout",
    answer: { delayMs: Infinity },
    flags: ["--timeout", "5s"],
    inputTokens: 120,
  },
  {
    result: "cancelled",
    answer: { delayMs: Infinity },
    signal: "SIGTERM",
    inputTokens: 120,
  },
];

for (const { result, answer, flags = [], signal, inputTokens } of ENDINGS) {
  const after = answer.status ?? (answer.inStreamError === undefined ? "" : "in mid-answer");
  Deno.test(`peers 4-21 usage is in the final event: ${result} ${after}`.trimEnd(), async () => {
    await using server = startModelServer([PAID, answer]);
    await using workspace = await Workspace.create();
    const run = ["run", "-o", "stream-json", ...flags, "Go"];
    await using process = workspace.spawn(run, { env: anthropicAt(server) });
    if (signal !== undefined) {
      await untilRequested(1, server, process);
      process.kill(signal);
    }
    const report = lastReportOf(await process.finished);
    deepEqual([report.result, report.usage.input_tokens], [result, inputTokens]);
    ok(report.usage.output_tokens >= 7);
    equal(report.usage.cache_read_tokens, 20);
  });
}
