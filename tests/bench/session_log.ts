import { newId } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Entry } from "../../lib/protocol/mod.ts";
import { SessionStore } from "../../lib/session/mod.ts";
import { V8_FLAGS } from "../../.ci/v8_flags.ts";
import type { Figure } from "./figure.ts";
import { median } from "./process_meter.ts";

const APPENDS = 20_000;
const REPLAY_ENTRIES = 200_000;
const ROUNDS = 5;

/** What an append and a restore cost beside doing the same by hand. */
export async function benchSessionLog(): Promise<Figure[]> {
  const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
  try {
    return [await benchAppend(`${root}/append`), ...await benchReplay(`${root}/replay`)];
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function benchAppend(directory: string): Promise<Figure> {
  const store = new SessionStore(directory);
  const encoder = new TextEncoder();
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    using log = await store.createSegment(newId(), newId(), [startEntry(newId())]);
    ours.push(microseconds(APPENDS, () => log.append(resultEntry(0))));
    using file = Deno.openSync(`${directory}/bare-${round}`, { create: true, append: true });
    bare.push(microseconds(APPENDS, () => {
      file.writeSync(encoder.encode(`${JSON.stringify(resultEntry(0))}\n`));
    }));
  }
  return {
    name: "append of a 1 KB entry, beside stringify + writeSync",
    value: median(ours),
    unit: "µs",
    base: median(bare),
    goal: 1.5,
  };
}

/** Each in a process of its own, with the memory settings of the executable. */
async function benchReplay(directory: string): Promise<Figure[]> {
  const store = new SessionStore(directory);
  const [session, segment] = [newId(), newId()];
  const entries = Array.from({ length: REPLAY_ENTRIES }, (_, index) => resultEntry(index));
  (await store.createSegment(session, segment, [startEntry(session), ...entries])).close();
  const { size } = await Deno.stat(store.segmentPath(session, segment));
  const restores: ReplayCost[] = [];
  const parses: ReplayCost[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    restores.push(await replayOnce("restore", directory, session, segment));
    parses.push(await replayOnce("parse", directory, session, segment));
  }
  return [{
    name: `restore of ${REPLAY_ENTRIES} entries, beside read + JSON.parse`,
    value: median(restores.map(({ ms }) => ms)),
    unit: "ms",
    base: median(parses.map(({ ms }) => ms)),
    goal: 1.5,
  }, {
    name: "its peak memory, beside the size of the file",
    value: median(restores.map(({ grownMb }) => grownMb)),
    unit: "MB",
    base: size / 1e6,
    goal: 1.5,
  }];
}

/** What `replay_once.ts` prints. */
interface ReplayCost {
  readonly ms: number;
  readonly grownMb: number;
  readonly restored: number;
}

async function replayOnce(...args: string[]): Promise<ReplayCost> {
  const program = new URL("replay_once.ts", import.meta.url).pathname;
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", `--v8-flags=${V8_FLAGS.join(",")}`, program, ...args],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  const cost: ReplayCost = JSON.parse(new TextDecoder().decode(stdout));
  if (cost.restored !== REPLAY_ENTRIES) throw new Error(`${cost.restored} entries were restored`);
  return cost;
}

function microseconds(times: number, work: () => void): number {
  const startedAt = performance.now();
  for (let time = 0; time < times; time++) work();
  return (performance.now() - startedAt) * 1000 / times;
}

function startEntry(sessionId: string): Entry {
  return {
    kind: "segment_start",
    ts: 1,
    session_id: sessionId,
    system_prompt: "You are a benchmark.",
    config: DEFAULT_REQUEST_CONFIG,
    history: [],
  };
}

const CONTENT = "0123456789abcdef ".repeat(56);

function resultEntry(index: number): Entry {
  return {
    kind: "tool_result",
    ts: 1_779_769_800_000 + index,
    item: { kind: "tool_result", call_id: `c${index}`, summary: "a result", content: CONTENT },
  };
}
