/** Runs against a server that fails all the time, in every way that a network has. */
import fc from "fast-check";
import { type Item, messageText, openToolCalls, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { dataOf, driveTurns, resultsIn, turnsRequest } from "../support/drive_turns.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { inTime } from "../support/in_time.ts";
import { openWire, resolvedModel } from "../support/model_calls.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";
import { type Scheme, SCHEMES } from "../support/schemes.ts";

const RUNS = EXHAUSTIVE ? 200 : 24;
const AT_ONCE = 8;
/** More than any run has requests. */
const REQUESTS = 100;
const SEED = 20_261;

/** By the number of tool results that a request brings: what a model that can do no wrong says to it. */
const ANSWERS: ReadonlyMap<number, Answer> = new Map([
  [0, {
    thinking: ["Two ", "files."],
    signature: "SIG1",
    text: ["I look ", "at both."],
    toolCalls: [
      { id: "c1", name: "Read", input: { file_path: "/w/a" } },
      { id: "c2", name: "Read", input: { file_path: "/w/b" } },
    ],
  }],
  [2, {
    signature: "SIG2",
    toolCalls: [{ id: "c3", name: "Read", input: { file_path: "/w/c" } }],
  }],
  [3, { text: ["All ", "three ", "say ", "hello."] }],
]);

/** What befalls an answer: 30 of 100 streams are dropped, 20 refused, 4 go silent, 4 never begin. */
const fault: fc.Arbitrary<Answer> = fc.oneof(
  { weight: 42, arbitrary: fc.constant({}) },
  {
    weight: 30,
    arbitrary: fc.record({
      cut: fc.constantFrom("broken" as const, "clean" as const),
      cutAfterBytes: fc.nat(1500),
    }),
  },
  {
    weight: 20,
    arbitrary: fc.record({
      status: fc.constantFrom(429, 529, 500),
      errorBody: fc.constant({ error: { type: "trouble", message: "try again" } }),
      headers: fc.constantFrom<Record<string, string>>({}, { "retry-after-ms": "2" }),
    }),
  },
  { weight: 4, arbitrary: fc.record({ stallAfterEvents: fc.nat(8) }) },
  { weight: 4, arbitrary: fc.constant({ delayMs: Infinity }) },
);

/** What the runs met with, all together. */
interface Figures {
  retries: number;
  continuations: number;
}

Deno.test(`${RUNS} runs on a server that drops, refuses and stalls reach the right end`, async (test) => {
  const fates = fc.sample(fc.array(fault, { minLength: REQUESTS, maxLength: REQUESTS }), {
    seed: SEED,
    numRuns: RUNS,
  });
  const asked = new Map<string, number>();
  await using server = startModelServer(({ body }) => {
    const run = /run (\d+)\./.exec(JSON.stringify(body))?.[1] ?? "";
    const count = asked.get(run) ?? 0;
    asked.set(run, count + 1);
    return { ...ANSWERS.get(resultsOf(body)), ...fates[Number(run)]?.[count] };
  });
  const figures: Figures = { retries: 0, continuations: 0 };
  const queue = fates.keys();
  const runInTurn = async () => {
    for (const run of queue) {
      const scheme = SCHEMES[run % SCHEMES.length];
      ok(scheme !== undefined);
      await inTime(`run ${run}`, reachEnd(run, scheme, server, figures));
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, runInTurn));
  ok(figures.retries > RUNS / 2 && figures.continuations > RUNS / 2);
  const { retries, continuations } = figures;
  const requests = server.requests.length;
  await test.step(`${requests} requests, ${retries} retries, ${continuations} continuations`, () => {
    for (const request of server.requests) {
      SCHEMES.find(({ path }) => request.path.includes(path))?.read(request);
    }
  });
});

async function reachEnd(
  number: number,
  { scheme }: Scheme,
  server: ModelServer,
  figures: Figures,
): Promise<void> {
  const history: Item[] = [textMessage("user", "What do they say?")];
  const tool = new CountingTool("Read", () => ({ summary: "hello" }));
  const model = await openWire(resolvedModel(scheme, server.url), {
    limits: { openMs: 250, firstEventMs: 250, idleMs: 250 },
  });
  const run = await driveTurns(turnsRequest({
    model,
    system: `You are run ${number}.`,
    history,
    tools: [tool],
    cacheKey: "key",
    retryPolicy: { maxAttempts: 20, baseMs: 1, capMs: 4, budgetMs: 60_000 },
    maxContinuations: 20,
  }));
  figures.retries += dataOf(run, "llm_retry").length;
  figures.continuations += dataOf(run, "llm_continuation").length;

  const where = `run ${number} over ${scheme}: ${run.error}`;
  equal(run.result, "finished", where);
  const end = history.at(-1);
  equal(end?.kind === "message" && messageText(end), "All three say hello.", where);
  deepEqual(resultsIn(history).map(({ call_id }) => call_id), ["c1", "c2", "c3"], where);
  deepEqual(tool.begun.map(({ id }) => id), ["c1", "c2", "c3"], where);
  deepEqual(openToolCalls(history), [], where);
  equal(dataOf(run, "turn_end").length, 3, where);
}

/** How many tool results a request of any scheme brings. */
function resultsOf(body: object): number {
  return JSON.stringify(body).match(
    /"(?:tool_use_id|tool_call_id|functionResponse)":|"function_call_output"/g,
  )?.length ??
    0;
}
