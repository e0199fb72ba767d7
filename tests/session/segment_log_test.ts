import fc from "fast-check";
import type { Entry } from "../../lib/protocol/mod.ts";
import { MemoryLog, SessionError } from "../../lib/session/mod.ts";
import { deepEqual, equal, match, ok, throws } from "../support/assert.ts";
import {
  create,
  createFile,
  entryArbitrary,
  extension,
  pathIn,
  read,
  said,
  SEGMENT,
  SESSION,
  start,
  turnEnd,
  withStore,
} from "./support.ts";

Deno.test("appended entries are on disk when append returns", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    log.append(said("a"), said("b"));
    log.append();
    log.append(turnEnd(1));
    equal(log.length, 4);
    deepEqual(read(store), [start(), said("a"), said("b"), turnEnd(1)]);
  });
});

Deno.test("a large entry is appended whole", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    const large = said("日本".repeat(200_000));
    log.append(large);
    deepEqual(read(store), [start(), large]);
  });
});

Deno.test("lone surrogates are replaced before they are written", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    log.append(said("a\ud800b"), extension("x", { "k\udc00": 1 }));
    deepEqual(read(store).slice(1), [said("a\ufffdb"), extension("x", { "k\ufffd": 1 })]);
    equal((await Deno.readTextFile(pathIn(store))).includes("\\ud"), false);
  });
});

Deno.test("an entry that has no JSON is refused and leaves the log as it was", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    const cyclic: Record<string, unknown> = {};
    cyclic.self = cyclic;
    throws(
      () => log.append(said("a"), extension("x", cyclic as never)),
      (error) => error instanceof SessionError && error.message.startsWith("serialization error: "),
    );
    equal(log.length, 1);
    deepEqual(read(store), [start()]);
  });
});

Deno.test("truncate keeps the first entries as they were written, down to their unknown fields", async () => {
  await withStore((store) => {
    const first = `${JSON.stringify({ ...start(), later: [1] })}\n\n`;
    createFile(store, `${first}${JSON.stringify(said("a"))}\n${JSON.stringify(said("b"))}\n`);
    const { log } = store.openSegment(SESSION, SEGMENT);
    log.truncate(2);
    equal(Deno.readTextFileSync(pathIn(store)), `${first}${JSON.stringify(said("a"))}\n`);
    log.append(turnEnd(1));
    log.truncate(2);
    log.truncate(1);
    equal(log.length, 1);
    log.append(said("c"));
    log.close();
    deepEqual(read(store).slice(1), [said("c")]);
  });
});

Deno.test("30.13-26 truncate can keep entries of the tail: a reader finds the old one or the new one", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start(), said("a"), said("b")]);
    using reader = store.openSegment(SESSION, SEGMENT).log;
    log.truncate(1, said("kept"), said("too"));
    equal(log.length, 3);
    deepEqual(read(store), [start(), said("kept"), said("too")]);
    equal(reader.readText().includes('"b"'), true);
    equal(log.drifted, false);
    log.append(turnEnd(1));
    await log.sync();
    deepEqual(read(store), [start(), said("kept"), said("too"), turnEnd(1)]);
    deepEqual([...Deno.readDirSync(`${store.root}/${SESSION}`)].map(({ name }) => name), [
      `${SEGMENT}.jsonl`,
    ]);
  });
});

Deno.test("truncate beyond the end is refused in the words of the log", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    throws(() => log.truncate(3), {
      code: "corrupted",
      message: `log corrupted at line 3: cannot truncate segment ${SEGMENT} to 3 entries; ` +
        "only 1 entries stored",
    });
    deepEqual(read(store), [start()]);
  });
});

Deno.test("sync covers what was appended before it, for all who wait", async () => {
  await withStore(async (store) => {
    using log = await create(store, [start()]);
    const waits = Array.from({ length: 50 }, (_, index) => {
      log.append(turnEnd(index));
      return log.sync();
    });
    await Promise.all([...waits, log.sync()]);
    await log.sync();
    equal(log.length, 51);
  });
});

Deno.test("a log that is closed refuses to append", async () => {
  await withStore(async (store) => {
    const log = await create(store, [start()]);
    log.close();
    throws(() => log.append(said("a")), { code: "io", message: /^I\/O error: .*appending/ });
  });
});

Deno.test("two handles on one log never overwrite each other", async () => {
  await withStore(async (store) => {
    using ours = await create(store, [start()]);
    using theirs = store.openSegment(SESSION, SEGMENT).log;
    theirs.append(said("theirs"));
    ours.append(said("ours"));
    deepEqual(read(store), [start(), said("theirs"), said("ours")]);
  });
});

Deno.test("an append that the disk takes only half is taken back", async () => {
  await withStore(async (store) => {
    const limit = "trap '' XFSZ; ulimit -f 16; exec \"$@\"";
    const child = new URL("./append_until_full.ts", import.meta.url).pathname;
    const command = new Deno.Command("bash", {
      args: ["-c", limit, "bash", Deno.execPath(), "run", "-A", child, store.root],
      stdout: "piped",
      stderr: "piped",
    });
    const { stdout, stderr } = await command.output();
    equal(new TextDecoder().decode(stderr), "");
    const { message, session, segment, length } = JSON.parse(new TextDecoder().decode(stdout));
    match(message, /^I\/O error: .*appending/);
    const entries = [...store.readEntries(session, segment)];
    equal(entries.length, length);
    ok(length > 3 && length % 2 === 1, "pairs are kept or taken back together");
    ok(Deno.readTextFileSync(store.segmentPath(session, segment)).endsWith("\n"));
  });
});

type Step =
  | { kind: "append"; entries: Entry[] }
  | { kind: "truncate"; share: number }
  | { kind: "reopen" }
  | { kind: "crash"; garbage: string };

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.array(entryArbitrary, { maxLength: 3 }).map((entries) =>
    ({ kind: "append", entries }) as const
  ),
  fc.double({ min: 0, max: 1, noNaN: true }).map((share) => ({ kind: "truncate", share }) as const),
  fc.constant({ kind: "reopen" } as const),
  fc.constantFrom("{", '{"kind":"turn_end","ts":1,"turn_count":1}', "\u{1f600}".repeat(20_000))
    .map((garbage) => ({ kind: "crash", garbage }) as const),
);

Deno.test("a log behaves like a list, through truncation, reopening and torn writes", async () => {
  await withStore(async (store) => {
    await fc.assert(
      fc.asyncProperty(fc.array(step, { maxLength: 15 }), async (steps) => {
        let model: Entry[] = [start()];
        let log = await create(store, model);
        for (const step of steps) {
          if (step.kind === "append") {
            log.append(...step.entries);
            model = [...model, ...step.entries];
          } else if (step.kind === "truncate") {
            const length = Math.round(step.share * model.length);
            log.truncate(length);
            model = model.slice(0, length);
          } else {
            log.close();
            if (step.kind === "crash") {
              Deno.writeTextFileSync(pathIn(store), step.garbage, { append: true });
            }
            const opened = store.openSegment(SESSION, SEGMENT);
            deepEqual(opened.entries, model);
            log = opened.log;
          }
          equal(log.length, model.length);
          equal(store.countEntries(SESSION, SEGMENT), model.length);
        }
        log.close();
        deepEqual(read(store), model);
      }),
      { numRuns: 60 },
    );
  });
});

Deno.test("a log in memory counts and truncates like one on disk", async () => {
  using log = new MemoryLog();
  log.append(start(), said("a"));
  await log.sync();
  log.truncate(1);
  equal(log.length, 1);
  throws(() => log.truncate(2), SessionError);
});
