import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import {
  BashWorkspace,
  countProcesses,
  countZombies,
  uniqueSleep,
  until,
} from "./bash_workspace.ts";

Deno.test("50.13-28 a command over its time is ended, with all that it started", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const { summary, content = "" } = await space.run(`echo begun; (${sleep} &) ; ${sleep}`, {
    timeout: 1,
  });
  match(summary, / \(timed out after 1s\)$/);
  const [heading = "", ...lines] = content.split("\n");
  const path = /^\[partial output before timeout — full at (.*)\]$/.exec(heading)?.[1] ?? "";
  deepEqual(lines, ["begun", ""]);
  equal(await Deno.readTextFile(path), "begun\n");
  await until(() => countProcesses(sleep) === 0);
});

Deno.test("50.13-28 a time limit gives the command a moment to put things in order", async () => {
  await using space = await BashWorkspace.create();
  const polite = "trap 'touch tidied; exit 0' TERM; touch ready; while :; do sleep 0.02; done";
  const { summary } = await space.run(polite, { timeout: 1 });
  match(summary, /\(timed out after 1s\)$/);
  ok((await Deno.stat(`${space.ws}/tidied`)).isFile);
});

Deno.test("50.13-28 what ignores the end of its time is killed", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const stubborn = `trap '' TERM; ${sleep}; ${sleep}`;
  const { summary, content } = await space.run(stubborn, { timeout: 1 });
  match(summary, /\(timed out after 1s\)$/);
  equal(content, undefined);
  await until(() => countProcesses(sleep) === 0);
});

Deno.test("50.13-28 cancel ends 50 processes that ignore SIGTERM, at once", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const cancel = new AbortController();
  const call = space.run(
    `trap '' TERM INT HUP; for i in $(seq 50); do ${sleep} & done; seq 100000; wait`,
    { signal: cancel.signal },
  );
  const failure = rejects(call, { message: "enough" });
  await until(() => countProcesses(sleep) === 50);
  cancel.abort(new Error("enough"));
  await failure;
  await until(() => countProcesses(sleep) === 0);
  deepEqual(space.savedFiles(), []);
});

Deno.test("50.12.3-29 a call that is cancelled before it begins starts nothing", async () => {
  await using space = await BashWorkspace.create();
  const signal = AbortSignal.abort(new Error("enough"));
  await rejects(space.run("touch begun", { signal }), { message: "enough" });
  await rejects(Deno.stat(`${space.ws}/begun`), Deno.errors.NotFound);
});

Deno.test("50.12.3-29 a child in a session of its own does not hold the call", async () => {
  await using space = await BashWorkspace.create();
  const { content } = await space.run(
    "setsid -f sh -c 'echo $$ > escaped; exec sleep 300'; echo a",
  );
  match(content ?? "", /^a\n\[processes left/);
  const escaped = () => Number(Deno.readTextFileSync(`${space.ws}/escaped`));
  await until(() => escaped() > 0);
  Deno.kill(escaped(), "SIGKILL");
});

Deno.test("50.12.3-29 nor does it hold a call that is cancelled", async () => {
  await using space = await BashWorkspace.create();
  const cancel = new AbortController();
  const call = space.run("setsid -f sh -c 'echo $$ > escaped; exec sleep 300'; sleep 300", {
    signal: cancel.signal,
  });
  const failure = rejects(call, { message: "enough" });
  const escaped = () => {
    try {
      return Number(Deno.readTextFileSync(`${space.ws}/escaped`));
    } catch (error) {
      if (error instanceof Deno.errors.NotFound) return 0;
      throw error;
    }
  };
  await until(() => escaped() > 0);
  cancel.abort(new Error("enough"));
  await failure;
  Deno.kill(escaped(), "SIGKILL");
});

Deno.test("50.5-1 exit leaves background jobs, which then end with the call", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const { summary } = await space.run(`${sleep} & exit 7`);
  match(summary, / \(exit 7\)$/);
  await until(() => countProcesses(sleep) === 0);
});

Deno.test("50.12.3-29 no dead process waits to be reaped after many calls", async () => {
  await using space = await BashWorkspace.create();
  await Promise.all(Array.from({ length: 20 }, () => space.run("true | cat; sleep 0.01 &")));
  equal(countZombies(), 0);
});

Deno.test("50.12.3-29 disposal ends what runs", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const failure = rejects(space.run(`${sleep} & ${sleep}`), { name: "AbortError" });
  await until(() => countProcesses(sleep) === 2);
  await space.bash[Symbol.asyncDispose]();
  await until(() => countProcesses(sleep) === 0);
  await failure;
});

Deno.test("50.12.3-29 when the pod is killed nothing of a command is left", async () => {
  await using space = await BashWorkspace.create();
  const sleep = uniqueSleep();
  const script = new URL("./run_bash.ts", import.meta.url).pathname;
  const command = `trap '' TERM INT HUP; (${sleep} &); ${sleep}`;
  const args = ["run", "-A", script, space.root, command];
  const pod = new Deno.Command(Deno.execPath(), { args }).spawn();
  await until(() => countProcesses(sleep) === 2);
  pod.kill("SIGKILL");
  await pod.status;
  await until(() => countProcesses(sleep) === 0);
});

Deno.test("50.5-2 binary output is shown as far as it is text, and saved as it is", async () => {
  await using space = await BashWorkspace.create();
  const bytes = Uint8Array.from({ length: 300_000 }, (_, index) => (index * 7 + 3) % 256);
  await Deno.writeFile(`${space.ws}/binary`, bytes);
  const { content = "" } = await space.run("cat binary");
  match(content, /^\[showing last 80 lines \(tail of 300000-byte output\) — full at .*\]\n/);
  const [name = ""] = space.savedFiles();
  deepEqual(await Deno.readFile(`${space.spill}/${name}`), bytes);
});

Deno.test("50.12.3-34 200 MB of output stay small in memory, and 64 MiB of it on disk", async () => {
  await using space = await BashWorkspace.create();
  const script = new URL("./run_bash.ts", import.meta.url).pathname;
  const command = "head -c 200000000 /dev/zero | tr '\\0' 'y' | fold -w 99; echo; echo the end";
  const args = ["run", "-A", script, space.root, command];
  const { success, stdout } = await new Deno.Command(Deno.execPath(), { args }).output();
  ok(success);
  const { output, grownBytes, savedBytes } = JSON.parse(new TextDecoder().decode(stdout));
  match(
    output.content,
    /^\[showing last 80 lines \(tail of 2020\d+-byte output\) — the first 67108864 bytes at /,
  );
  match(output.content, /\nthe end\n$/);
  equal(savedBytes, 64 * 1024 * 1024);
  ok(grownBytes < 100_000_000, `grew by ${grownBytes} bytes`);
});
