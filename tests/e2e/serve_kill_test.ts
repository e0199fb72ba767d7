import { messageOf } from "../../lib/base/mod.ts";
import { PodClient, SocketError } from "../../lib/ipc/mod.ts";
import type { Entry, Event } from "../../lib/protocol/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { inTime } from "../support/in_time.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { killSeed, type Moment, randomStepMoments } from "../support/random_moments.ts";
import type { EventLine } from "../support/run_output.ts";
import { BEGUN, BusyModel, FILES, playRound, roundOf, type Taken } from "./busy_round.ts";
import { checkToldEntries } from "./remains.ts";

const KILLS = EXHAUSTIVE ? 100 : 12;
/** They live side by side: most of a life is waiting. */
const PODS = EXHAUSTIVE ? 4 : 3;
const NAME = "victim";

Deno.test(`SIGKILL at ${KILLS} random moments of a serving pod loses nothing that it had taken`, async () => {
  const seed = killSeed();
  const moments = randomStepMoments(seed, KILLS, await timesOfSteps());
  const pods = Array.from({ length: PODS }, async (_, index) => {
    await using victim = await Victim.create();
    const own = moments.filter((_, number) => number % PODS === index);
    let cut = 0;
    for (const [life, moment] of own.entries()) {
      try {
        if (await victim.live(moment)) cut++;
      } catch (error) {
        const place = `${moment.waitMs.toFixed(1)} ms after step ${moment.steps}`;
        throw new Error(
          `pod ${index}, life ${life}, killed ${place}; again with POD_KILL_SEED=${seed}: ${
            messageOf(error)
          }`,
          { cause: error },
        );
      }
    }
    await victim.live(null);
    await victim.checkAll();
    return cut;
  });
  const cuts = (await Promise.allSettled(pods)).map((end) => {
    if (end.status === "rejected") throw end.reason;
    return end.value;
  });
  const cut = cuts.reduce((sum, count) => sum + count);
  ok(cut > KILLS / 2, `only ${cut} rounds were cut off`);
});

/** When each step of an undisturbed life comes, in milliseconds after its start; begins with 0. */
async function timesOfSteps(): Promise<number[]> {
  await using victim = await Victim.create();
  const startedAt = performance.now();
  const times: number[] = [];
  await victim.live(null, () => times.push(performance.now() - startedAt));
  await victim.checkAll();
  return times;
}

/** A pod that is killed again and again, and started again each time. */
class Victim implements AsyncDisposable {
  readonly #taken: Taken = { inputs: [], notes: [] };
  #lives = 0;
  /** The log as it was after the last death. */
  #entries: Entry[] = [];

  private constructor(
    readonly workspace: Workspace,
    readonly model: BusyModel,
    readonly server: ModelServer,
  ) {}

  static async create(): Promise<Victim> {
    const model = new BusyModel();
    return new Victim(await Workspace.create(FILES), model, startModelServer(model.script));
  }

  /**
   * Starts the pod, plays a round with it, and kills it: at a moment, or after the round. A step is the
   * start, the line that says that it is ready, and each event. Returns whether the round was cut off.
   */
  async live(moment: Moment | null, onStep = () => {}): Promise<boolean> {
    await using pod = this.workspace.spawn(["serve", "--pod", NAME], {
      env: anthropicAt(this.server),
    });
    const events: EventLine[] = [];
    let steps = 0;
    let isKilled = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const kill = () => {
      if (isKilled) return;
      isKilled = true;
      pod.kill("SIGKILL");
    };
    const step = () => {
      onStep();
      if (steps++ === moment?.steps) timer = setTimeout(kill, moment.waitMs);
    };
    step();
    const round = async () => {
      await pod.printed(/^POD-READY\t.*\n/m);
      step();
      const path = `${this.workspace.home}/run/${NAME}/sock`;
      using watcher = await PodClient.connect(path);
      using notifier = await PodClient.connect(path);
      // It may be at work already, for a notification that was left.
      const { entries } = watcher.snapshot.data;
      deepEqual(entries.slice(0, this.#entries.length), this.#entries);
      this.#entries = entries;
      const show = (event: Event) => {
        events.push(JSON.parse(JSON.stringify(event)));
        step();
      };
      await playRound(this.#lives, { watcher, notifier, step: show }, this.#taken);
    };
    try {
      await inTime("a round", round());
    } catch (error) {
      // Nobody answers any more; or it was dead before it was ready.
      if (!isKilled) throw error;
      if (!(error instanceof SocketError) && !/without printing/.test(messageOf(error))) {
        throw error;
      }
    }
    clearTimeout(timer);
    const isCut = isKilled;
    kill();
    const { signal } = await inTime("its death", pod.finished);
    equal(signal, "SIGKILL");
    this.#lives++;
    await this.workspace.deserted();
    deepEqual(this.model.problems, []);
    this.#checkLog(events);
    return isCut;
  }

  /** All that was taken has come to the model once, in order, and no call has begun twice. */
  async checkAll(): Promise<void> {
    const texts =
      this.model.asked?.items.flatMap((item) =>
        item.kind === "text" && item.role === "user" ? [item.text] : []
      ) ?? [];
    const inputs = texts.filter((text) => text.startsWith("Round "));
    const notes = texts.flatMap((text) => /^\[Notification\]\n(note .*)\n/.exec(text)?.[1] ?? []);
    // One that came late in the last round may wait in the log for a run that was not to be.
    const last = roundOf(this.#lives - 1);
    const due = this.#taken.notes.filter((note) =>
      ![last.firstNote, last.secondNote].includes(note)
    );
    for (const [came, taken] of [[inputs, this.#taken.inputs], [notes, due]]) {
      equal(new Set(came).size, came?.length);
      deepEqual(came?.filter((text) => taken?.includes(text)), taken);
    }
    const begun = (await this.workspace.read(BEGUN)).trimEnd().split("\n");
    equal(new Set(begun).size, begun.length);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.server[Symbol.asyncDispose]();
    await this.workspace[Symbol.asyncDispose]();
  }

  /** Nothing of the log is gone, and what clients were told of is in it. */
  #checkLog(events: readonly EventLine[]): void {
    const store = new SessionStore(`${this.workspace.home}/sessions`);
    const [session = "", ...others] = store.listSessions();
    deepEqual(others, []);
    const [segment] = store.listSegments(session);
    const entries = segment === undefined ? [] : [...store.readEntries(session, segment)];
    deepEqual(entries.slice(0, this.#entries.length), this.#entries);
    checkToldEntries(events, entries.slice(this.#entries.length));
    this.#entries = entries;
  }
}
