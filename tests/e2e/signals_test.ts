import { deepEqual, equal, match } from "../support/assert.ts";
import { sleep } from "../../lib/base/mod.ts";
import { appeared, eventually } from "../support/eventually.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { type Finished, type PodProcess, Workspace } from "../support/pod_process.ts";
import { eventsOf, lastReportOf, reportOf } from "../support/run_output.ts";
import { shell } from "../support/start_through.ts";

const EXIT_CODES = { SIGINT: 130, SIGTERM: 143 } as const;
type StopSignal = keyof typeof EXIT_CODES;

/** A shell with children and grandchildren, some of which do not care about signals. */
const PROCESS_TREE = `
  trap '' TERM INT
  sleep 1000 &
  (sleep 1000 & exec sleep 1000) &
  bash -c 'trap "" TERM INT HUP; sleep 1000; sleep 1000' &
  touch ready
  wait`;

/** Sends the signal and waits for the end. */
async function stop(process: PodProcess, signal: StopSignal): Promise<Finished> {
  process.kill(signal);
  const finished = await inTime(`the end after ${signal}`, process.finished);
  deepEqual([finished.code, finished.signal], [EXIT_CODES[signal], null]);
  return finished;
}

/** The log says that the run was stopped, and what it was asked. */
async function checkLog(workspace: Workspace): Promise<void> {
  const entries = await workspace.entries();
  const [input] = entries.filter(({ kind }) => kind === "user_input");
  deepEqual(input?.segments, [{ kind: "text", content: "Go" }]);
  const { kind, message, interrupted } = entries.at(-1) ?? {};
  deepEqual([kind, message, interrupted], ["run_errored", "Cancelled", true]);
}

/** What the model's server does until the signal comes. */
const WAITS: readonly { readonly name: string; readonly answer: Answer; shown?: RegExp }[] = [
  { name: "before the first byte", answer: { delayMs: Infinity } },
  { name: "before the first event", answer: { text: "Hi", stallAfterEvents: 0 } },
  {
    name: "in the middle of an answer",
    answer: { text: ["half ", "an answer"], stallAfterEvents: 4 },
    shown: /"text_delta"/,
  },
  {
    name: "in the wait before a retry",
    answer: { status: 503, errorBody: "busy", headers: { "retry-after": "30" } },
    shown: /"llm_retry"/,
  },
];

for (const signal of ["SIGINT", "SIGTERM"] as const) {
  for (const { name, answer, shown = /"llm_call_start"/ } of WAITS) {
    Deno.test(`${signal} ${name} ends the run cleanly`, async () => {
      await using server = startModelServer([answer]);
      await using workspace = await Workspace.create();
      await using process = workspace.spawn(["run", "-o", "stream-json", "Go"], {
        env: anthropicAt(server),
      });
      await Promise.all([process.before(server.request(0)), process.printed(shown)]);
      const finished = await stop(process, signal);

      deepEqual(eventsOf(finished).slice(-3), [
        { event: "llm_call_end", data: { llm_call: 0 } },
        { event: "error", data: { code: "internal", message: "Cancelled" } },
        { event: "status", data: { status: "idle" } },
      ]);
      const { result, error } = lastReportOf(finished);
      deepEqual([result, error?.code], ["cancelled", "cancelled"]);
      equal(server.requests.length, 1);
      await checkLog(workspace);
    });
  }

  Deno.test(`${signal} while Bash runs takes the whole process tree along`, async () => {
    await using workspace = await Workspace.create();
    const model = await workspace.scenario(
      { tool_call: [{ name: "Bash", arguments: { command: PROCESS_TREE } }] },
    );
    await using process = workspace.spawn(["run", "-o", "json", "--model", model, "Go"]);
    await appeared(`${workspace.directory}/ready`);
    const finished = await stop(process, signal);

    const { result, exit_code } = reportOf(finished);
    deepEqual([result, exit_code], ["cancelled", EXIT_CODES[signal]]);
    await workspace.deserted();
    await checkLog(workspace);
    const results = (await workspace.entries()).filter(({ kind }) => kind === "tool_result");
    deepEqual(results.map(({ item }) => item), [{
      kind: "tool_result",
      call_id: "call_1_1",
      summary: "[Interrupted by user]",
      is_error: true,
    }]);
  });
}

Deno.test("SIGINT in text mode keeps what was said and says why it ended", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: ["half ", "an answer"], stall: true });
  await using process = workspace.spawn(["run", "--model", model, "Go"]);
  await process.printed(/an answer/);
  const { stdout, stderr } = await stop(process, "SIGINT");
  equal(stdout, "half an answer\n");
  match(stderr, /^cancelled · 0 turns.*\npod: error: interrupted \(SIGINT\)\n$/);
});

/** Starts a run that cannot say all that it has to: nobody reads its standard output. */
async function runUnread(workspace: Workspace): Promise<PodProcess> {
  const model = await workspace.scenario({
    text: "0123456789".repeat(20_000),
    tool_call: [{ name: "Write", arguments: { file_path: "ready", content: "" } }],
  }, { stall: true });
  const pipe = `${workspace.root}/unread`;
  const process = workspace.spawn(["run", "-o", "stream-json", "--model", model, "Go"], {
    // It is open for reading too, so that it fills up and then blocks for ever.
    through: shell(`mkfifo ${pipe} && exec "$@" 1<>${pipe}`),
  });
  await appeared(`${workspace.directory}/ready`);
  return process;
}

Deno.test("SIGTERM with more to say than the reader takes ends the run all the same", async () => {
  await using workspace = await Workspace.create();
  await using process = await runUnread(workspace);
  await stop(process, "SIGTERM");
  await checkLog(workspace);
});

Deno.test("a second SIGINT does not wait for the reader at all", async () => {
  await using patient = await Workspace.create();
  await using waiting = await runUnread(patient);
  await using workspace = await Workspace.create();
  await using process = await runUnread(workspace);
  waiting.kill("SIGINT");
  process.kill("SIGINT");
  await eventually("the log is closed", async () => {
    return (await workspace.entries()).at(-1)?.kind === "run_errored";
  });
  // What comes within a moment counts as the same signal.
  await sleep(100);
  const first = await Promise.race([
    stop(process, "SIGINT").then(() => "the one with two signals"),
    waiting.finished.then(() => "the one that waits for its reader"),
  ]);
  equal(first, "the one with two signals");
});

Deno.test("a signal that comes twice in a moment, as through `deno task`, is one signal", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "half", stall: true });
  await using process = workspace.spawn(["run", "--model", model, "Go"]);
  await process.printed(/half/);
  process.kill("SIGINT");
  await stop(process, "SIGINT");
  await checkLog(workspace);
});

Deno.test("SIGKILL while Bash runs leaves no process behind", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [{ name: "Bash", arguments: { command: PROCESS_TREE } }] },
  );
  await using process = workspace.spawn(["run", "--model", model, "Go"]);
  await appeared(`${workspace.directory}/ready`);
  process.kill("SIGKILL");
  equal((await process.finished).signal, "SIGKILL");
  await workspace.deserted();
  // What the model had said was on disk before its tool began.
  equal((await workspace.entries()).at(-1)?.kind, "assistant_item");
});

Deno.test("what a command has put out of reach does not hold the end of the run", async () => {
  await using workspace = await Workspace.create();
  const command = "setsid sleep 1000 & echo started";
  const model = await workspace.scenario(
    { tool_call: [{ name: "Bash", arguments: { command } }] },
    { text: "Done." },
  );
  // The command itself would have 120 s.
  const run = ["run", "--timeout", "10s", "--model", model, "Go"];
  const { code, stdout } = await workspace.run(run);
  deepEqual([code, stdout], [0, "Done.\n"]);
});
