import { deepEqual, equal } from "../support/assert.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { callUnprivileged } from "./unprivileged_calls.ts";

Deno.test("what the system refuses is reported in its own words", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a", "closed/f": "a" } });
  Deno.chmodSync(`${space.ws}/f`, 0o000);
  Deno.chmodSync(`${space.ws}/closed`, 0o555);
  const outcomes = await callUnprivileged(space.root, [
    ["Read", { file_path: "f" }],
    ["Write", { file_path: "closed/new", content: "x" }],
    ["Write", { file_path: "closed/new/deep", content: "x" }],
  ]);
  const denied = "Permission denied (os error 13)";
  deepEqual(outcomes, [
    { error: `I/O error at f: ${denied}` },
    { error: `I/O error at closed/new: ${denied}` },
    { error: `I/O error at closed/new/deep: ${denied}` },
  ]);
});

Deno.test("a file in a directory that takes no new files is written in place", async () => {
  await using space = await FileWorkspace.create({ files: { "closed/f": "a" } });
  Deno.chmodSync(`${space.ws}/closed`, 0o555);
  const outcomes = await callUnprivileged(space.root, [
    ["Read", { file_path: "closed/f" }],
    ["Write", { file_path: "closed/f", content: "b" }],
  ]);
  deepEqual(outcomes[1], { summary: "Overwrote closed/f (1 bytes)" });
  equal(space.text("closed/f"), "b");
});

Deno.test("files in a directory that can be passed but not listed are read and written", async () => {
  await using space = await FileWorkspace.create({ files: { "passed/f": "a\n" } });
  Deno.chmodSync(`${space.ws}/passed`, 0o311);
  const outcomes = await callUnprivileged(space.root, [
    ["Read", { file_path: "passed/f" }],
    ["Edit", { file_path: "passed/f", old_string: "a", new_string: "b" }],
    ["Write", { file_path: "passed/new", content: "c" }],
  ]);
  deepEqual(outcomes, [
    { summary: "Read 1 line(s) from passed/f", content: "     1\ta\n" },
    { summary: "Edited passed/f (1 replacement)", content: "     1\tb\n" },
    { summary: "Created passed/new (1 bytes)" },
  ]);
  equal(space.text("passed/f"), "b\n");
});
