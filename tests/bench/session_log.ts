import { newId } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Entry } from "../../lib/protocol/mod.ts";
import { replay, SessionStore } from "../../lib/session/mod.ts";
import type { Figure } from "./figure.ts";
import { median } from "./process_meter.ts";

const APPENDS = 20_000;
const REPLAY_ENTRIES = 100_000;
const ROUNDS = 5;

/** What an append and a restore cost beside doing the same by hand. */
export async function benchSessionLog(): Promise<Figure[]> {
  const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
  try {
    return [await benchAppend(root), await benchReplay(root)];
  } finally {
    await Deno.remove(root, { recursive: true });
  }
}

async function benchAppend(root: string): Promise<Figure> {
  const store = new SessionStore(`${root}/append`);
  const encoder = new TextEncoder();
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    using log = await store.createSegment(newId(), newId(), [startEntry(newId())]);
    ours.push(microseconds(APPENDS, () => log.append(resultEntry(0))));
    using file = Deno.openSync(`${root}/bare-${round}`, { create: true, append: true });
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

async function benchReplay(root: string): Promise<Figure> {
  const store = new SessionStore(`${root}/replay`);
  const [session, segment] = [newId(), newId()];
  const entries = Array.from({ length: REPLAY_ENTRIES }, (_, index) => resultEntry(index));
  (await store.createSegment(session, segment, [startEntry(session), ...entries])).close();
  const path = store.segmentPath(session, segment);
  const ours: number[] = [];
  const bare: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    ours.push(microseconds(1, () => replay(store.readEntries(session, segment))));
    bare.push(microseconds(1, () => {
      for (const line of Deno.readTextFileSync(path).split("\n")) {
        if (line !== "") JSON.parse(line);
      }
    }));
  }
  return {
    name: `replay of ${REPLAY_ENTRIES} entries, beside read + JSON.parse`,
    value: median(ours) / 1000,
    unit: "ms",
    base: median(bare) / 1000,
    goal: 1.5,
  };
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
