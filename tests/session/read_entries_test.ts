import fc from "fast-check";
import { type Entry, openToolCalls } from "../../lib/protocol/mod.ts";
import { replay, SessionError, type SessionStore } from "../../lib/session/mod.ts";
import { deepEqual, equal, ok, throws } from "../support/assert.ts";
import { ENTRY_LINES } from "../protocol/examples.ts";
import {
  createFile,
  entryArbitrary,
  logArbitrary,
  open,
  pathIn,
  read,
  said,
  SEGMENT,
  SESSION,
  start,
  turnEnd,
  withStore,
} from "./support.ts";

const encoder = new TextEncoder();
const linesOf = (entries: Entry[]) => entries.map((entry) => `${JSON.stringify(entry)}\n`);
const count = (store: SessionStore) => store.countEntries(SESSION, SEGMENT);

/** Whether an error is a damaged log at this line, with the file's name and the phase in its text. */
function isCorruptedAt(line: number, path: string, phase: string) {
  return (error: unknown) =>
    error instanceof SessionError && error.code === "corrupted" && error.line === line &&
    error.path === path && error.message.startsWith(`log corrupted at line ${line}: `) &&
    error.message.includes(path) && error.message.includes(phase);
}

Deno.test("30.14-3 a segment written by the reference is read and written back byte for byte", async () => {
  await withStore(async (store) => {
    const text = ENTRY_LINES.map((line) => `${line}\n`).join("");
    createFile(store, text);
    const entries = read(store);
    using _log = await store.createSegment(SESSION, "copy", entries);
    equal(await Deno.readTextFile(store.segmentPath(SESSION, "copy")), text);
  });
});

Deno.test("30.14-8 an unfinished line that ends inside a character is left out and then cut off", async () => {
  await withStore((store) => {
    const whole = encoder.encode(linesOf([start(), said("日本")]).join(""));
    createFile(store, new Uint8Array([...whole, ...encoder.encode('{"kind":"assist'), 0xe3]));
    equal(read(store).length, 2);
    equal(count(store), 2);

    const { log, entries } = open(store);
    equal(entries.length, 2);
    log.append(said("語"));
    log.close();
    deepEqual(read(store), [start(), said("日本"), said("語")]);
    equal(count(store), 3);
    new TextDecoder("utf-8", { fatal: true }).decode(Deno.readFileSync(pathIn(store)));
  });
});

Deno.test("30.14-8 an unfinished line is left out even if it would parse", async () => {
  await withStore((store) => {
    createFile(store, linesOf([start(), said("a")]).join("").slice(0, -1));
    deepEqual(read(store), [start()]);
    equal(count(store), 1);
  });
});

Deno.test("30.14-9 a finished line of garbage fails with its number and the file", async () => {
  await withStore((store) => {
    const [first, second, third] = linesOf([start(), said("a"), said("b")]);
    createFile(store, `${first}${second}{"kind":\n${third}`);
    throws(() => read(store), isCorruptedAt(3, pathIn(store), "parsing JSON"));
    throws(
      () => open(store),
      isCorruptedAt(3, pathIn(store), "parsing JSON"),
    );
  });
});

Deno.test("30.14-9 a finished line that is not UTF-8 fails with its number and the file", async () => {
  await withStore((store) => {
    const [first, second, third] = linesOf([start(), said("a"), said("b")]).map((line) =>
      encoder.encode(line)
    );
    ok(first && second && third);
    const broken = second.with(second.length - 10, 0xff);
    createFile(store, new Uint8Array([...first, 10, ...broken, ...third]));
    throws(() => read(store), isCorruptedAt(3, pathIn(store), "decoding UTF-8"));
  });
});

Deno.test("30.14-10 a finished line of an unknown kind fails, blank lines count as lines", async () => {
  await withStore((store) => {
    createFile(store, `${linesOf([start()])}\n  \t\n{"kind":"from_tomorrow","ts":1}\n`);
    throws(() => read(store), isCorruptedAt(4, pathIn(store), "checking the entry"));
  });
});

Deno.test("30.14-10 a finished line without a required field fails", async () => {
  await withStore((store) => {
    createFile(store, `${linesOf([start()])}{"kind":"turn_end","ts":1}\n`);
    throws(() => read(store), isCorruptedAt(2, pathIn(store), "turn_count"));
  });
});

Deno.test("blank lines are no entries and do not stop a reader", async () => {
  await withStore((store) => {
    const [first, second] = linesOf([start(), said("a")]);
    createFile(store, `\n${first}  \r\n\n${second}\n`);
    deepEqual(read(store), [start(), said("a")]);
    equal(count(store), 2);
  });
});

Deno.test("an abandoned pause as later logs spell it is read as our own entry for it", async () => {
  await withStore((store) => {
    createFile(store, `${linesOf([start()])}{"kind":"paused_turn_abandoned","ts":7}\n`);
    deepEqual(read(store)[1], {
      kind: "extension",
      ts: 7,
      domain: "pod.status",
      payload: { status: "idle" },
    });
  });
});

Deno.test("lines longer than a block, and characters across blocks, are read whole", async () => {
  await withStore((store) => {
    const entries = [start(), said("é".repeat(150_000)), turnEnd(1), said("日".repeat(50_000))];
    createFile(store, linesOf(entries).join(""));
    deepEqual(read(store), entries);
    equal(count(store), 4);
  });
});

Deno.test("entries of every shape survive writing and reading", async () => {
  await withStore(async (store) => {
    await fc.assert(
      fc.asyncProperty(fc.array(entryArbitrary, { maxLength: 12 }), async (entries) => {
        using log = await store.createSegment(SESSION, SEGMENT, [start()]);
        log.append(...entries);
        deepEqual(read(store), [start(), ...entries]);
      }),
      { numRuns: 40 },
    );
  });
});

Deno.test("any prefix of a log, cut at any byte, is a valid conversation of its whole lines", async () => {
  await withStore((store) => {
    fc.assert(
      fc.property(logArbitrary, fc.double({ min: 0, max: 1, noNaN: true }), (entries, cut) => {
        const lines = linesOf(entries).map((line) => encoder.encode(line));
        const bytes = new Uint8Array(lines.flatMap((line) => [...line]));
        const kept = bytes.subarray(0, Math.round(cut * bytes.length));
        createFile(store, kept);

        const wholeLines = kept.filter((byte) => byte === 10).length;
        const { log, entries: stored } = open(store);
        log.close();
        deepEqual(stored, entries.slice(0, wholeLines));

        const { history, entryCount } = replay(stored);
        equal(entryCount, wholeLines);
        const full = replay(entries).history;
        deepEqual(history, full.slice(0, history.length));
        const answered = history.filter((item) => item.kind === "tool_result").length;
        const asked = history.filter((item) => item.kind === "tool_call").length;
        equal(openToolCalls(history).length, asked - answered);
      }),
      { numRuns: 150 },
    );
  });
});

Deno.test("every prefix of a log, byte by byte, keeps the lines that are finished", async () => {
  await withStore((store) => {
    const entries = [start(), said("日本"), turnEnd(1)];
    const bytes = encoder.encode(linesOf(entries).join(""));
    for (let length = 0; length <= bytes.length; length++) {
      createFile(store, bytes.subarray(0, length));
      const whole = bytes.subarray(0, length).filter((byte) => byte === 10).length;
      deepEqual(read(store), entries.slice(0, whole));
    }
  });
});
