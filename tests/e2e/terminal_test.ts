import { equal, match, ok } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";
import { TERMINAL } from "../support/start_through.ts";

const SPINNER = /[⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏] waiting for /;
const CLEAR_LINE = "\u001b[2K";

function isColoured(text: string): boolean {
  return text.replaceAll(CLEAR_LINE, "").includes("\u001b[");
}

async function runInTerminal(env: Record<string, string>, args: readonly string[] = []) {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({
    delay_ms: 400,
    thinking: "Let me think.",
    text: "clear \u001b[2Jthe \u001b]0;title\u0007screen",
  });
  const command = ["run", "--model", model, ...args, "Hello"];
  return await workspace.run(command, { through: TERMINAL, env });
}

Deno.test("terminal: progress is coloured and a spinner shows what is waited for", async () => {
  const { code, stdout } = await runInTerminal({});
  equal(code, 0);
  match(stdout, SPINNER);
  ok(isColoured(stdout));
  ok(stdout.includes("\u001b[2mLet me think.\u001b[0m"));
});

Deno.test("terminal: what the model says cannot control it", async () => {
  const { stdout } = await runInTerminal({});
  match(stdout, /clear the screen/);
  ok(!stdout.includes("\u001b[2J"));
  ok(!stdout.includes("\u001b]0;"));
});

Deno.test("terminal: NO_COLOR takes the colours away", async () => {
  const { stdout } = await runInTerminal({ NO_COLOR: "1" });
  match(stdout, /finished · 1 turn/);
  ok(!isColoured(stdout));
});

Deno.test("terminal: --quiet shows the answer and nothing else", async () => {
  const { stdout } = await runInTerminal({}, ["--quiet"]);
  equal(stdout, "clear the screen\r\n");
});
