import { deepEqual, equal, match } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { lastReportOf, reportOf } from "../support/run_output.ts";

const OVERLOADED: Answer = {
  status: 500,
  errorBody: { type: "error", error: { type: "api_error", message: "out of order" } },
  headers: { "retry-after": "0" },
};
const REFUSED: Answer = {
  status: 401,
  errorBody: { type: "error", error: { type: "authentication_error", message: "invalid key" } },
};
/** The pause lets the first words arrive before the connection goes. */
const BREAKS: Answer = {
  text: ["half ", "an answer"],
  cutAfterEvents: 4,
  stallAfterEvents: 4,
  stallMs: 100,
};
const ENDS_EARLY: Answer = { text: ["half ", "an answer"], cutAfterEvents: 4, cut: "clean" };

/** Per case: what the model's server does, and what becomes of the run. */
const CASES: readonly {
  readonly name: string;
  readonly answers: readonly Answer[];
  readonly flags?: readonly string[];
  readonly code: number;
  readonly requests: number;
  /** What standard error says. */
  readonly says: RegExp;
}[] = [
  { name: "0 for an answer", answers: [{ text: "Hi" }], code: 0, requests: 1, says: /^finished/ },
  {
    name: "0 when a retry succeeds",
    answers: [OVERLOADED, OVERLOADED, { text: "Hi" }],
    code: 0,
    requests: 3,
    says: /! attempt 2 of 4 failed: .*out of order.*\nfinished/,
  },
  {
    name: "1 for a refused key, without a second request",
    answers: [REFUSED],
    code: 1,
    requests: 1,
    says: /pod: error: .*401.*invalid key/,
  },
  {
    name: "1 for a server that stays broken, after four requests",
    answers: [OVERLOADED, OVERLOADED, OVERLOADED, OVERLOADED],
    code: 1,
    requests: 4,
    says: /pod: error: .*500.*out of order/,
  },
  {
    name: "0 when the answer that broke off comes whole the next time",
    answers: [BREAKS, ENDS_EARLY, { text: "a whole answer" }],
    code: 0,
    requests: 3,
    says: /! the answer broke off: .*; continued, 2 of 3\nfinished/,
  },
  {
    name: "1 for streams that keep breaking in the middle",
    answers: [BREAKS, BREAKS, BREAKS, BREAKS],
    code: 1,
    requests: 4,
    says: /pod: error: Client error: .*interrupted too many times/,
  },
  {
    name: "1 for streams that keep ending before the answer does",
    answers: [ENDS_EARLY, ENDS_EARLY, ENDS_EARLY, ENDS_EARLY],
    code: 1,
    requests: 4,
    says: /pod: error: Client error: .*ended/,
  },
  {
    name: "1 for an error inside the stream",
    answers: [{ text: "half", inStreamError: { type: "invalid_request", message: "lost it" } }],
    code: 1,
    requests: 1,
    says: /pod: error: .*lost it/,
  },
  {
    name: "3 at the turn limit",
    answers: [{ toolCalls: [{ name: "Read", input: { file_path: "x" } }] }],
    flags: ["--max-turns", "1"],
    code: 3,
    requests: 1,
    says: /^limit reached · 1 turn/m,
  },
  {
    name: "0 for an answer in the last turn allowed",
    answers: [{ text: "Just in time" }],
    flags: ["--max-turns", "1"],
    code: 0,
    requests: 1,
    says: /^finished/,
  },
  {
    name: "124 when the time is up while the model says nothing",
    answers: [{ delayMs: Infinity }],
    flags: ["--timeout", "800ms"],
    code: 124,
    requests: 1,
    says: /pod: error: the time given with --timeout is up/,
  },
  {
    name: "124 when the time is up in the middle of an answer",
    answers: [{ text: ["half ", "an answer"], stallAfterEvents: 4 }],
    flags: ["--timeout", "800ms"],
    code: 124,
    requests: 1,
    says: /pod: error: the time given with --timeout is up/,
  },
];

for (const { name, answers, flags = [], code, requests, says } of CASES) {
  Deno.test(`exit code ${name}`, async () => {
    await using server = startModelServer(answers);
    await using workspace = await Workspace.create();
    const finished = await workspace.run(["run", ...flags, "Hi"], { env: anthropicAt(server) });
    match(finished.stderr, says);
    deepEqual([finished.code, server.requests.length], [code, requests]);
    const last = (await workspace.entries()).at(-1);
    equal(last?.kind, code === 0 || code === 3 ? "run_completed" : "run_errored");
  });
}

Deno.test("exit code 0: what came before a break has a line of its own; json has the answer alone", async () => {
  const answers = [BREAKS, { text: "a whole answer" }];
  await using server = startModelServer([...answers, ...answers]);
  await using workspace = await Workspace.create();
  const env = anthropicAt(server);
  const { stdout } = await workspace.run(["run", "--quiet", "Hi"], { env });
  equal(stdout, "half \n\na whole answer\n");
  const report = reportOf(await workspace.run(["run", "-o", "json", "Hi"], { env }));
  equal(report.text, "a whole answer");
});

Deno.test("exit code 1 over the OpenAI wire", async () => {
  await using server = startModelServer([
    { status: 401, errorBody: { error: { message: "Incorrect API key provided" } } },
  ]);
  await using workspace = await Workspace.create();
  const env = { OPENAI_API_KEY: "key-1", OPENAI_BASE_URL: `${server.url}/v1` };
  const { code, stderr } = await workspace.run(["run", "Hi"], { env });
  deepEqual([code, server.requests.length], [1, 1]);
  match(stderr, /pod: error: .*Incorrect API key provided/);
});

Deno.test("exit code 124 when the time is up while Bash runs, and nothing is left behind", async () => {
  await using workspace = await Workspace.create();
  const command = "sleep 1000 & sleep 1000";
  const model = await workspace.scenario({ tool_call: [{ name: "Bash", arguments: { command } }] });
  const run = ["run", "-o", "stream-json", "--timeout", "1s", "--model", model, "Wait"];
  const finished = await workspace.run(run);
  deepEqual([finished.code, lastReportOf(finished).result], [124, "timeout"]);
  await workspace.deserted();
});
