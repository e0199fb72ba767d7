import { deepEqual, equal, match } from "../support/assert.ts";
import { Workspace } from "../support/pod_process.ts";

const repository = new URL("../../", import.meta.url).pathname.slice(0, -1);
const TOUR = ["run", "--model", "demo/tour", "Show me around"];

Deno.test("the tour reports what is in a directory", async () => {
  await using workspace = await Workspace.create({ "README.md": "# A small project\n" });
  const { code, stdout, stderr } = await workspace.run(TOUR);
  equal(code, 0, stderr);
  match(stdout, /\/README\.md\n/);
  match(stdout, /# A small project/);
  match(stderr, /→ Glob [^]*✓ Found 1 file/);
});

Deno.test("the tour copes with an empty directory", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout, stderr } = await workspace.run(TOUR);
  equal(code, 0, stderr);
  match(stdout, /No files found/);
  deepEqual(await Array.fromAsync(Deno.readDir(workspace.directory)), []);
});

Deno.test("the tour copes with odd names", async () => {
  await using workspace = await Workspace.create({
    'a "quoted" {{name}}.txt': "first words\n",
    "new\nline.md": "",
    "ünïcode 🐙.md": "",
    "-rf": "",
  });
  await Deno.writeFile(`${workspace.directory}/binary.bin`, new Uint8Array([0, 255, 1]));
  const { code, stdout, stderr } = await workspace.run(TOUR);
  equal(code, 0, stderr);
  match(stdout, /Found 5 file/);
  match(stdout, /first words/);
});

Deno.test("the tour works in this repository", async () => {
  await using workspace = await Workspace.create();
  const { code, stdout, stderr } = await workspace.run(TOUR, { cwd: repository });
  equal(code, 0, stderr);
  match(stdout, new RegExp(`Read \\d+ line.* from ${repository}/`));
});
