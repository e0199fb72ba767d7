import { flattenSegments, type InputSegment } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { type PodOptions, Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";
import { shell, TERMINAL } from "../support/start_through.ts";

/** Runs `pod run` with these prompt arguments; returns also what the pod was asked. */
async function ask(prompt: readonly string[], options: PodOptions) {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const finished = await workspace.run(["run", "--model", model, ...prompt], options);
  if (finished.code !== 0) return { ...finished, asked: undefined };
  const entry = (await workspace.entries()).find(({ kind }) => kind === "user_input");
  const segments = entry?.segments as InputSegment[];
  return { ...finished, asked: flattenSegments(segments) };
}

Deno.test("a prompt does not wait for an inherited pipe that stays open", async () => {
  const { code, stdout, asked } = await ask(["Say", "hi"], { stdin: "open" });
  deepEqual([code, stdout, asked], [0, "Hi\n", "Say hi"]);
});

Deno.test("a prompt leaves standard input to others", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: "Hi" });
  const { stdout } = await workspace.run(["run", "--model", model, "Say hi"], {
    stdin: "kept\n",
    through: shell('"$@"; cat'),
  });
  equal(stdout, "Hi\nkept\n");
});

Deno.test("`-` stands for standard input, in its place", async () => {
  const { asked } = await ask(["Review", "this:", "-", "Be", "brief."], { stdin: "+ line\n" });
  equal(asked, "Review this:\n\n+ line\n\nBe brief.");
});

Deno.test("without arguments the prompt comes from a pipe", async () => {
  const { asked } = await ask([], { stdin: "From a\npipe é\n" });
  equal(asked, "From a\npipe é\n");
});

Deno.test("an empty or blank pipe is no prompt", async () => {
  for (const stdin of ["", " \n"]) {
    const { code, stderr } = await ask([], { stdin });
    equal(code, 2);
    match(stderr, /the prompt is empty/);
  }
});

Deno.test("standard input that is no text is refused", async () => {
  const { code, stderr } = await ask(["-"], { stdin: new Uint8Array([0x68, 0xff, 0xfe]) });
  equal(code, 2);
  match(stderr, /standard input is not UTF-8 text/);
});

Deno.test("a closed standard input does no harm to a prompt, and is none itself", async () => {
  const through = shell('exec "$@" <&-');
  deepEqual((await ask(["Say hi"], { through })).code, 0);
  const { code, stderr } = await ask([], { through });
  equal(code, 2);
  match(stderr, /pod: error: /);
});

Deno.test("without arguments at a terminal there is no prompt, and nothing is waited for", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout } = await workspace.run(["run"], { through: TERMINAL, stdin: "open" });
  equal(code, 2);
  match(stdout, /there is no prompt; try: pod run "/);
});

Deno.test("SIGINT and --timeout end the wait for a silent standard input", async () => {
  await using workspace = await Workspace.create();
  const run = ["run", "-o", "json", "--model", "demo/tour"];
  const late = await workspace.run([...run, "--timeout", "300ms"], { stdin: "open" });
  deepEqual([late.code, reportOf(late).result], [124, "timeout"]);

  await using process = workspace.spawn([...run, "-"], { stdin: "open" });
  await process.listening();
  process.kill("SIGINT");
  const stopped = await process.finished;
  deepEqual([stopped.code, reportOf(stopped).result], [130, "cancelled"]);
});
