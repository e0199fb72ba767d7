import { isAlive, processOf } from "../../lib/ipc/pod_process.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";

function sleeper(): Deno.ChildProcess {
  return new Deno.Command("sleep", { args: ["60"] }).spawn();
}

Deno.test("a process is alive until it ends", async () => {
  const child = sleeper();
  const process = processOf(child.pid);
  ok(isAlive(process));
  child.kill("SIGKILL");
  await child.status;
  equal(isAlive(process), false);
});

Deno.test("nobody has pid 0, nor one that does not fit", () => {
  for (const pid of [0, 2 ** 31, 2 ** 32 - 1, 2 ** 53 - 1]) {
    equal(isAlive({ pid }), false, `${pid}`);
  }
});

Deno.test("30.13-5 a later process with the same pid does not count", () => {
  const { pid, pid_start_ticks } = processOf();
  ok(isAlive({ pid }));
  ok(pid_start_ticks !== undefined && isAlive({ pid, pid_start_ticks }));
  equal(isAlive({ pid, pid_start_ticks: pid_start_ticks + 1 }), false);
});

Deno.test("a process that nobody has waited for is dead all the same", async () => {
  // The shell leaves its child as a zombie: the program that replaces it does not know of it.
  const script = "sleep 60 & echo $!; exec sleep 60";
  const parent = new Deno.Command("sh", { args: ["-c", script], stdout: "piped" }).spawn();
  const reader = parent.stdout.getReader();
  try {
    const { value } = await reader.read();
    const process = processOf(Number(new TextDecoder().decode(value)));
    ok(isAlive(process));
    Deno.kill(process.pid, "SIGKILL");
    await eventually("the zombie counts as dead", () => !isAlive(process));
  } finally {
    parent.kill("SIGKILL");
    await parent.status;
    await reader.cancel();
  }
});

Deno.test("a process that may not be signalled is alive", async () => {
  const isRoot = Deno.uid() === 0;
  // Root itself may signal everybody, so it gives that up and looks at a process of somebody else.
  const asNobody = ["--reuid=65534", "--regid=65534", "--clear-groups", "sleep", "60"];
  const withoutKill = isRoot ? ["setpriv", "--bounding-set=-kill", "--inh-caps=-kill"] : [];
  const other = isRoot ? new Deno.Command("setpriv", { args: asNobody }).spawn() : null;
  try {
    const probe = new URL("./probe_process.ts", import.meta.url).pathname;
    const pid = `${other?.pid ?? 1}`;
    const [program = "", ...args] = [...withoutKill, Deno.execPath(), "run", "-A", probe, pid];
    const { stdout } = await new Deno.Command(program, { args }).output();
    const said = JSON.parse(new TextDecoder().decode(stdout));
    deepEqual(said, { isAlive: true, refusal: "PermissionDenied" });
  } finally {
    other?.kill("SIGKILL");
    await other?.status;
  }
});
