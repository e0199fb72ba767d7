import { startDetached } from "../../lib/host/mod.ts";
import { equal, rejects } from "../support/assert.ts";
import { inTime } from "../support/in_time.ts";

/** Starts a shell script in place of a pod, in a throw-away runtime directory. */
async function launch(script: string, timeoutMs?: number): Promise<string> {
  const runtime = await Deno.makeTempDir({ prefix: "pod-start-" });
  try {
    await Deno.mkdir(`${runtime}/test`);
    const command = ["sh", "-c", script];
    return await startDetached({ name: "test", runtime, command, timeoutMs });
  } finally {
    await Deno.remove(runtime, { recursive: true });
  }
}

Deno.test("10.15-44 a ready line that comes in two writes is recognised, once it is whole", async () => {
  const socket = await inTime(
    "ready",
    launch(
      `printf 'loading\\nPOD-READY\\ttest\\t/run/te' >&2; sleep 0.1; printf 'st/sock\\n' >&2; exec sleep 2`,
    ),
  );
  equal(socket, "/run/test/sock");
});

Deno.test("10.15-44 a pod that ends early is told of with its last words", async () => {
  const lines = Array.from({ length: 12 }, (_, index) => `line ${index}`).join("\\n");
  await rejects(() => launch(`printf '${lines}\\n' >&2; exit 1`), {
    code: "not_ready",
    message: "pod exited before becoming ready: " +
      Array.from({ length: 8 }, (_, index) => `line ${index + 4}`).join(" | "),
  });
  await rejects(() => launch("exit 1"), { message: "pod exited before becoming ready" });
});

Deno.test("10.15-44 a pod that says nothing is killed, and the start fails", async () => {
  const mark = await Deno.makeTempFile();
  try {
    await rejects(() => launch(`echo $$ > ${mark}; exec sleep 600`, 2000), {
      code: "not_ready",
      message: "pod did not become ready within 2s",
    });
    const pid = (await Deno.readTextFile(mark)).trim();
    await rejects(() => Deno.readTextFile(`/proc/${pid}/status`), Deno.errors.NotFound);
  } finally {
    await Deno.remove(mark);
  }
});
