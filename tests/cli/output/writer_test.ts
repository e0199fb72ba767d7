import { deepEqual, equal } from "../../support/assert.ts";
import { isReaderGone, Writer, type WriterTarget } from "../../../lib/cli/output/writer.ts";

/** A target that takes a write only when it is let to, at most `most` bytes of it. */
class SlowTarget implements WriterTarget {
  readonly pieces: string[] = [];
  #gate = Promise.withResolvers<void>();

  constructor(readonly most = Infinity) {}

  async write(bytes: Uint8Array): Promise<number> {
    await this.#gate.promise;
    const taken = bytes.subarray(0, this.most);
    this.pieces.push(new TextDecoder().decode(taken));
    return taken.byteLength;
  }

  open(): void {
    this.#gate.resolve();
  }
}

Deno.test("texts of one tick, and those that queue up behind a slow write, go out in one piece", async () => {
  const target = new SlowTarget();
  const writer = new Writer(target);
  writer.write("a");
  writer.write("b");
  await Promise.resolve();
  await Promise.resolve();
  writer.write("c");
  writer.write("");
  writer.write("d");
  target.open();
  await writer.flush();
  deepEqual(target.pieces, ["ab", "cd"]);
});

Deno.test("short writes are continued", async () => {
  const target = new SlowTarget(2);
  target.open();
  const writer = new Writer(target);
  writer.write("abcde");
  await writer.flush();
  equal(target.pieces.join(""), "abcde");
});

Deno.test("a full non-blocking pipe is waited for", async () => {
  let calls = 0;
  const writer = new Writer({
    write: (bytes) =>
      ++calls === 1
        ? Promise.reject(new Deno.errors.WouldBlock("full"))
        : Promise.resolve(bytes.byteLength),
  });
  writer.write("abc");
  await writer.flush();
  equal(calls, 2);
  equal(writer.closed.aborted, false);
});

Deno.test("a reader that has gone closes the writer; what comes later is dropped", async () => {
  let calls = 0;
  const writer = new Writer({
    write: () => {
      calls++;
      return Promise.reject(new Deno.errors.BrokenPipe("gone"));
    },
  });
  writer.write("abc");
  await writer.flush();
  equal(writer.closed.aborted, true);
  writer.write("def");
  await writer.flush();
  equal(calls, 1);
});

Deno.test("a write that fails for any other reason closes the writer too, and says why", async () => {
  const full = new Error("no space left");
  const writer = new Writer({ write: () => Promise.reject(full) });
  writer.write("abc");
  await writer.flush();
  equal(writer.closed.reason, full);
  equal(isReaderGone(full), false);
  equal(isReaderGone(new Deno.errors.BrokenPipe("gone")), true);
});
