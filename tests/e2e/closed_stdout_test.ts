import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { shell } from "../support/start_through.ts";

const ENDLESS = { text: "All work and no play.\n", repeat_text: 1_000_000_000 };

/** Shows what a pipe's reader got, and exits as its writer did. */
const intoPipe = (reader: string) => shell(`"$@" | ${reader}; exit "\${PIPESTATUS[0]}"`);

Deno.test("a reader that has enough ends an endless answer quietly", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(ENDLESS);
  const { code, stdout, stderr } = await workspace.run(["run", "--quiet", "--model", model, "Go"], {
    through: intoPipe("head -n 1"),
  });
  deepEqual([code, stdout, stderr], [141, "All work and no play.\n", ""]);
  const { kind, message } = (await workspace.entries()).at(-1) ?? {};
  deepEqual([kind, message], ["run_errored", "Cancelled"]);
  await workspace.deserted();
});

Deno.test("stream-json: the same", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(ENDLESS);
  const run = ["run", "-o", "stream-json", "--model", model, "Go"];
  const { code, stdout, stderr } = await workspace.run(run, { through: intoPipe("head -n 1") });
  match(stdout, /^\{"event":"snapshot",.*\}\n$/);
  deepEqual([code, stderr], [141, ""]);
  await workspace.deserted();
});

Deno.test("a reader that never reads ends the run with the first words", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ delay_ms: 300, ...ENDLESS });
  const { code, stderr } = await workspace.run(["run", "--model", model, "Go"], {
    through: intoPipe("true"),
  });
  equal(code, 141);
  match(stderr, /^cancelled · 0 turns .*\n$/);
});

Deno.test("without a standard output the run goes its way", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const run = ["run", "--model", model, "Go"];
  equal((await workspace.run(run, { through: shell('exec "$@" >&-') })).code, 0);
});

Deno.test("a standard error that nobody reads does no harm", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ delay_ms: 300, thinking: "Well.", text: "Hi" });
  const { code, stdout } = await workspace.run(["run", "--model", model, "Go"], {
    through: shell('{ "$@" 2>&1 1>&3 | true; exit "${PIPESTATUS[0]}"; } 3>&1'),
  });
  deepEqual([code, stdout], [0, "Hi\n"]);
});

Deno.test("a full disk below standard output fails the run and says so", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const { code, stderr } = await workspace.run(["run", "--model", model, "Go"], {
    through: shell('exec "$@" >/dev/full'),
  });
  equal(code, 1);
  match(stderr, /pod: error: .*standard output.*No space left/);
});

Deno.test("version, help and models end quietly with their reader", async () => {
  await using workspace = await Workspace.create();
  for (const command of ["--version", "help", "models"]) {
    const { stderr } = await workspace.run([command], { through: intoPipe("true") });
    equal(stderr, "");
  }
});
