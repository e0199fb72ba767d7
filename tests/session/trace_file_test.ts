import { TraceFile } from "../../lib/session/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";

Deno.test("20.4.5 30.2.10 lines go where the pod writes now; what cannot be written is lost, and said once", async () => {
  const directory = await Deno.makeTempDir({ prefix: "pod-trace-" });
  try {
    const failures: unknown[] = [];
    let path = `${directory}/one.trace.jsonl`;
    const file = new TraceFile(() => path, (error) => failures.push(error));
    file.append({ n: 1 });
    file.append({ n: "ü" });
    path = `${directory}/gone/two.trace.jsonl`;
    file.append({ n: 3 });
    file.append({ n: 4 });
    path = `${directory}/three.trace.jsonl`;
    file.append({ n: 5 });
    equal(await Deno.readTextFile(`${directory}/one.trace.jsonl`), '{"n":1}\n{"n":"ü"}\n');
    equal(await Deno.readTextFile(`${directory}/three.trace.jsonl`), '{"n":5}\n');
    deepEqual(failures.map((error) => error instanceof Deno.errors.NotFound), [true]);
    equal((await Deno.stat(`${directory}/three.trace.jsonl`)).mode ?? 0, 0o100600);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
});
