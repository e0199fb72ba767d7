import type { PodClient } from "../../lib/ipc/mod.ts";
import type { StopIntent } from "../../lib/pod/mod.ts";
import { openToolCalls } from "../../lib/protocol/mod.ts";
import { replay } from "../../lib/session/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import type { CountingTool } from "../support/counting_tool.ts";
import { ServedPod } from "../support/served_pod.ts";
import { hear, hearSoFar, hearUntil, inShort, userInput } from "./hear.ts";
import { lookTool, NEXT, RICH, RichModel } from "./rich_run.ts";

/** A pod that runs `RICH`. */
interface RichRun extends AsyncDisposable {
  readonly served: ServedPod;
  readonly client: PodClient;
  readonly tool: CountingTool;
}

/** What a pod has behind it when the run begins: nothing, or a cancelled run and a notification that waits. */
type Past = "fresh" | "after a cancel";

/** @param onStep is told of every entry, every event, and every call that begins. */
async function startRichRun(
  past: Past,
  onStep: (line: string, served: ServedPod) => void,
): Promise<RichRun> {
  let hasBegun = false;
  const step = (line: string) => {
    if (hasBegun) onStep(line, served);
    else if (line.includes("text_delta")) cancel(served);
  };
  const tool = lookTool((callId) => step(`T: ${callId}`));
  const served: ServedPod = await ServedPod.start({
    model: new RichModel(),
    tools: [tool],
    onStep: step,
  });
  const client = await served.connect();
  if (past === "after a cancel") {
    await client.send(userInput(NEXT));
    await hearUntil(client, "error internal: Cancelled");
    await hearUntil(client, "status idle");
    await client.send({ method: "notify", params: { message: "ping", auto_run: false } });
    await hearSoFar(client);
  }
  hasBegun = true;
  await client.send(userInput(RICH));
  return {
    served,
    client,
    tool,
    async [Symbol.asyncDispose]() {
      client.close();
      await served[Symbol.asyncDispose]();
    },
  };
}

/** The steps of a run that nobody stops, in short. */
async function stepsOfWholeRun(past: Past): Promise<string[]> {
  const steps: string[] = [];
  await using run = await startRichRun(past, (line) => steps.push(line));
  await hearUntil(run.client, "status idle");
  return steps
    .filter((line) => !line.startsWith("U> "))
    .map((line) => line.replace(/\{"(kind|event)":"(\w+)".*/, "$2"));
}

for (const past of ["fresh", "after a cancel"] as const) {
  for (const intent of ["cancel", "pause", "shutdown"] as const) {
    Deno.test(`10.6.4 ${intent} at any step of a run, ${past}`, async (test) => {
      for (const [index, name] of (await stepsOfWholeRun(past)).entries()) {
        await test.step(`${index} ${name}`, () => stopAt(index, intent, past));
      }
    });
  }
}

function cancel(served: ServedPod): void {
  served.controller.handle({ method: "cancel" }, { send: () => {} });
}

/** Stops a run right after the step with the given number, and sees what becomes of the pod. */
async function stopAt(index: number, intent: StopIntent, past: Past): Promise<void> {
  let count = 0;
  await using run = await startRichRun(past, (_line, served) => {
    if (count++ === index) served.controller.handle({ method: intent }, { send: () => {} });
  });
  const { served, client, tool } = run;
  const startedAt = performance.now();
  const [end, status] = (await hearUntil(client, /^status (idle|paused)/)).slice(-2);
  ok(performance.now() - startedAt < 5000);
  ok(count > index);
  checkLog(served);

  const inputs = inShort(served.pod.history).filter((line) => line === `user: ${RICH}`);
  equal(inputs.length, end === "run_end rolled_back" ? 0 : 1);
  if (intent === "shutdown") return await checkRestart(run, past);
  equal(status, end === "run_end paused" ? "status paused" : "status idle");
  if (intent === "cancel") {
    ok(
      ["run_end rolled_back", "run_end finished", "error internal: Cancelled"].includes(end ?? ""),
    );
  } else {
    ok(["run_end rolled_back", "run_end finished", "run_end paused"].includes(end ?? ""));
  }
  if (end === "run_end paused") {
    await client.send({ method: "resume" });
    deepEqual((await hearUntil(client, /^status (idle|paused)/)).slice(-2), [
      "run_end finished",
      "status idle",
    ]);
    equal(inShort(served.pod.history).at(-1), "assistant: there it is");
  }
  await checkNextRun(served, client, past, tool.begun.map(({ id }) => id));
}

async function checkRestart({ served, client, tool }: RichRun, past: Past): Promise<void> {
  deepEqual([await hear(client), await hear(client)], ["shutdown", null]);
  await served.close();
  const again = lookTool(() => {});
  await using restarted = await ServedPod.start({ model: new RichModel(), tools: [again] }, served);
  using late = await restarted.connect();
  equal(late.snapshot.data.status, "idle");
  await checkNextRun(restarted, late, past, [...tool.begun, ...again.begun].map(({ id }) => id));
}

/** The next run is like any other, and no call is run twice. */
async function checkNextRun(
  served: ServedPod,
  client: PodClient,
  past: Past,
  begun: readonly string[],
): Promise<void> {
  await client.send(userInput(NEXT));
  const heard = await hearUntil(client, /^status (idle|paused)/);
  deepEqual(heard.slice(-2), ["run_end finished", "status idle"]);
  const lines = inShort(served.pod.history);
  const isNote = (line: string) => line.startsWith("system: [Notification]");
  deepEqual(lines.filter((line) => !isNote(line)).slice(-2), [
    `user: ${NEXT}`,
    "assistant: all is well",
  ]);
  equal(lines.filter(isNote).length, past === "fresh" ? 0 : 1);
  deepEqual(openToolCalls(served.pod.history), []);
  equal(new Set(begun).size, begun.length);
  checkLog(served);
}

/** The log is whole, and says what the pod has in memory. */
function checkLog(served: ServedPod): void {
  const { history, warnings, turnCount } = replay(served.entries());
  deepEqual(warnings, []);
  deepEqual(history, served.pod.history);
  equal(turnCount, served.pod.turnCount);
}
