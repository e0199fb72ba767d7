import { deepEqual, equal, ok } from "../support/assert.ts";
import { type JsonObject, sleep } from "../../lib/base/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { type PodProcess, Workspace } from "../support/pod_process.ts";
import { killSeed, type Moment, randomMoments } from "../support/random_moments.ts";
import { checkRemains, wholeLines } from "./remains.ts";

const KILLS = 30;
/** Most of a run is waiting, so several fit beside each other even on two cores. */
const AT_ONCE = 4;
const POD_NAME = "victim";

/** Would be there for long if the death of pod did not end it. */
const LEFT_OVER = "sleep 600 & ";
const FILLER = `${"x".repeat(79)}\n`.repeat(3000);
const SEED_TEXTS = [`version 1\n${FILLER}end\n`, `version 2\n${FILLER}end\n`];
const MADE_TEXT = "made\n".repeat(4000);

/** Text, thinking, parallel tools, edits, and shells that sleep, write and start other processes. */
const ANSWERS: JsonObject[] = [
  {
    thinking: ["Let ", "me ", "see ", "what ", "is ", "there."],
    text: ["First ", "I ", "read ", "it ", "all."],
    chunk_delay_ms: 15,
    tool_call: [
      bash("tick", `${LEFT_OVER}for i in 1 2 3 4; do echo "tick $i" >>ticks.txt; sleep 0.03; done`),
      { id: "read", name: "Read", arguments: { file_path: "seed.txt", limit: 2 } },
    ],
    usage: { input_tokens: 100, output_tokens: 10 },
  },
  {
    thinking: ["Now ", "I ", "change ", "it."],
    tool_call: [
      bash("child", `${LEFT_OVER}(sleep 0.05; echo child >>ticks.txt) & echo one; wait %2`),
      { id: "write", name: "Write", arguments: { file_path: "made.txt", content: MADE_TEXT } },
      {
        id: "edit",
        name: "Edit",
        arguments: { file_path: "seed.txt", old_string: "version 1", new_string: "version 2" },
      },
      { id: "fail", name: "Read", arguments: { file_path: "none.txt" } },
    ],
    usage: { input_tokens: 200, output_tokens: 20 },
  },
  {
    tool_call: [bash("long", `${LEFT_OVER}head -c 300000 /dev/zero | tr '\\0' y`)],
    usage: { input_tokens: 300, output_tokens: 30 },
  },
  {
    text: ["All ", "of ", "it ", "is ", "done ", "as ", "you ", "said", "."],
    chunk_delay_ms: 15,
    usage: { input_tokens: 400, output_tokens: 40 },
  },
];

function bash(id: string, command: string): JsonObject {
  return { id, name: "Bash", arguments: { command } };
}

Deno.test(`SIGKILL at ${KILLS} random moments of a run loses nothing that was accepted`, async () => {
  const seed = killSeed();
  const moments = randomMoments(seed, KILLS, await timesOfLines());
  const queue = moments.entries();
  let killed = 0;
  const killInTurn = async () => {
    for (const [index, moment] of queue) {
      try {
        if (await killAt(moment) === "SIGKILL") killed++;
      } catch (error) {
        const place = `${moment.waitMs.toFixed(1)} ms after line ${moment.steps}`;
        throw new Error(`kill ${index}, ${place}; again with POD_KILL_SEED=${seed}`, {
          cause: error,
        });
      }
    }
  };
  const ends = await Promise.allSettled(Array.from({ length: AT_ONCE }, killInTurn));
  for (const end of ends) if (end.status === "rejected") throw end.reason;
  ok(killed > KILLS / 3, `only ${killed} runs were killed before their end`);
});

/** When each line of an undisturbed run comes, in milliseconds after its start; begins with 0. */
async function timesOfLines(): Promise<number[]> {
  await using workspace = await Workspace.create({ "seed.txt": SEED_TEXTS[0] ?? "" });
  const startedAt = performance.now();
  await using pod = await start(workspace);
  const times = [0];
  const over = pod.finished.then(() => false);
  const oneMore = () => Promise.race([pod.printed(lines(times.length)).then(() => true), over]);
  while (await oneMore()) times.push(performance.now() - startedAt);
  const { code, stdout, stderr } = await pod.finished;
  equal(code, 0, stderr);
  equal(await workspace.read("seed.txt"), SEED_TEXTS[1]);
  equal(
    JSON.parse(stdout.trimEnd().split("\n").at(-1) ?? "").data.text,
    "All of it is done as you said.",
  );
  await checkRemains(workspace.home, POD_NAME, stdout);
  await workspace.deserted();
  return times;
}

/** Kills a run and checks what is left of it. Returns the signal that it died of: none after its end. */
async function killAt(moment: Moment): Promise<Deno.Signal | null> {
  await using workspace = await Workspace.create({ "seed.txt": SEED_TEXTS[0] ?? "" });
  await using pod = await start(workspace);
  await Promise.race([pod.printed(lines(moment.steps)), pod.finished]);
  await sleep(moment.waitMs);
  const linesBefore = logLines(workspace);
  kill(pod);
  const { stdout, signal } = await pod.finished;
  await workspace.deserted();

  const linesAfter = logLines(workspace);
  deepEqual(linesAfter.slice(0, linesBefore.length), linesBefore);
  await checkRemains(workspace.home, POD_NAME, stdout);
  await checkFiles(workspace);
  return signal;
}

/** The whole lines of the log, once there is one. */
function logLines({ home }: Workspace): string[] {
  const store = new SessionStore(`${home}/sessions`);
  const [session = ""] = store.listSessions();
  const [segment] = store.listSegments(session);
  if (segment === undefined) return [];
  return wholeLines(Deno.readTextFileSync(store.segmentPath(session, segment)));
}

/** Files have their old or their new text; what else may be there says by its name that it can go. */
async function checkFiles(workspace: Workspace): Promise<void> {
  ok(SEED_TEXTS.includes(await workspace.read("seed.txt")), "seed.txt is torn");
  for await (const { name } of Deno.readDir(workspace.directory)) {
    if (name === "made.txt") equal(await workspace.read(name), MADE_TEXT);
    else ok(/^(?:seed\.txt|ticks\.txt|\.pod-tmp-.+)$/.test(name), `unexpected file ${name}`);
  }
}

async function start(workspace: Workspace): Promise<PodProcess> {
  const model = await workspace.scenario(...ANSWERS);
  return workspace.spawn([
    "run",
    "--model",
    model,
    "--name",
    POD_NAME,
    "-o",
    "stream-json",
    "Do it",
  ]);
}

function kill(pod: PodProcess): void {
  try {
    pod.kill("SIGKILL");
  } catch (error) {
    // A late moment may come after the end.
    if (!(error instanceof TypeError)) throw error;
  }
}

/** Matches when so many lines were printed. */
function lines(count: number): RegExp {
  return new RegExp(`^(?:[^\\n]*\\n){${count}}`);
}
