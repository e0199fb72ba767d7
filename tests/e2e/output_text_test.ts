import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";

/** Thinks, says something, reads a file, and answers. */
const READS_A_FILE = [
  {
    thinking: "Which files are there?",
    text: "Let me look.",
    tool_call: [{ name: "Read", arguments: { file_path: "notes.txt" } }],
    usage: { input_tokens: 1200, output_tokens: 20 },
  },
  { text: ["It says ", "hello."], usage: { input_tokens: 1300, output_tokens: 10 } },
];

Deno.test("text: texts go to stdout, set apart from each other, and progress goes to stderr", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const model = await workspace.scenario(...READS_A_FILE);
  const { code, stdout, stderr } = await workspace.run(["run", "--model", model, "What is there?"]);

  equal(stdout, "Let me look.\n\nIt says hello.\n");
  const progress = stderr.split("\n");
  deepEqual(progress.slice(0, 2), ["· Which files are there?", "→ Read notes.txt"]);
  match(progress[2] ?? "", /^ {2}✓ Read .*notes\.txt/);
  match(
    progress[3] ?? "",
    /^finished · 2 turns · 2,500 tokens in · 30 out · \d+\.\d s$/,
  );
  deepEqual(progress.slice(4), [""]);
  equal(code, 0);
});

Deno.test("text: --quiet leaves the answer alone and stderr empty", async () => {
  await using workspace = await Workspace.create({ "notes.txt": "hello\n" });
  const model = await workspace.scenario(...READS_A_FILE);
  const finished = await workspace.run(["run", "--quiet", "--model", model, "What is there?"]);
  deepEqual(finished, {
    code: 0,
    signal: null,
    stdout: "Let me look.\n\nIt says hello.\n",
    stderr: "",
  });
});

Deno.test("text: --quiet does not hide why a run failed", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ error: { status: 401, message: "who are you?" } });
  const { code, stdout, stderr } = await workspace.run(["run", "-q", "--model", model, "Hi"]);
  equal(code, 1);
  equal(stdout, "");
  match(stderr, /^pod: error: .*who are you\?.*\n$/);
});

Deno.test("text: an answer that ends with a line end gets no second one", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario({ text: ["one\n", "two\n"] });
  equal((await workspace.run(["run", "--model", model, "Count"])).stdout, "one\ntwo\n");
});

Deno.test("text: without a terminal nothing is coloured and the answer's bytes stay as they are", async () => {
  await using workspace = await Workspace.create();
  const text = "\u001b[31mred\u001b[0m é 🐙\r\n";
  const model = await workspace.scenario({ thinking: "a\u001b[2Jb", text });
  const { stdout, stderr } = await workspace.run(["run", "--model", model, "Paint"]);
  equal(stdout, text);
  match(stderr, /^· ab\n/);
  ok(!stderr.includes("\u001b"));
});

Deno.test("text: a failed tool call is shown as failed, and the run goes on", async () => {
  await using workspace = await Workspace.create();
  const model = await workspace.scenario(
    { tool_call: [{ name: "Read", arguments: { file_path: "no.txt" } }] },
    { text: "It is not there." },
  );
  const { code, stdout, stderr } = await workspace.run(["run", "--model", model, "Look"]);
  equal(code, 0);
  equal(stdout, "It is not there.\n");
  match(stderr, /→ Read no\.txt\n {2}✗ /);
});
