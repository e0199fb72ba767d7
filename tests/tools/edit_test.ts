import { deepEqual, equal, rejects } from "../support/assert.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import { driveTurns, turnsRequest } from "../support/drive_turns.ts";
import { EventModel } from "../support/event_model.ts";
import { FileWorkspace } from "./file_workspace.ts";

Deno.test("50.13-17 Edit replaces one occurrence, or all when told so", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a x b x c x\n", "g": "one\n" } });
  const [f, g] = [`${space.ws}/f`, `${space.ws}/g`];
  await space.call("Read", { file_path: f });
  await space.call("Read", { file_path: g });
  equal(
    (await space.call("Edit", { file_path: g, old_string: "one", new_string: "two" })).summary,
    `Edited ${g} (1 replacement)`,
  );
  const twice = { file_path: f, old_string: "x", new_string: "y" };
  await rejects(space.call("Edit", twice), {
    kind: "Invalid argument",
    message: "string is not unique in file (3 occurrences); " +
      `pass replace_all=true or disambiguate: ${f}\nfound at lines 1, 1, 1`,
  });
  equal(
    (await space.call("Edit", { ...twice, replace_all: true })).summary,
    `Edited ${f} (3 replacements)`,
  );
  equal(space.text("f"), "a y b y c y\n");
  const missing = `${space.ws}/missing`;
  await rejects(space.call("Edit", { file_path: missing, old_string: "", new_string: "a" }), {
    kind: "Invalid argument",
    message: "old_string must not be empty",
  });
  await rejects(space.call("Edit", { file_path: missing, old_string: "a", new_string: "a" }), {
    kind: "Invalid argument",
    message: "old_string and new_string are identical",
  });
});

Deno.test("50.13-18 Edits one after the other need no new Read", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "one two\n" } });
  await space.call("Read", { file_path: "f" });
  await space.call("Edit", { file_path: "f", old_string: "one", new_string: "1" });
  await space.call("Edit", { file_path: "f", old_string: "1 two", new_string: "1 2" });
  equal(space.text("f"), "1 2\n");
});

Deno.test("50.13-18 two Edits of one file in one batch apply in their order", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "one two\n" } });
  await space.call("Read", { file_path: "f" });
  const history: Item[] = [["one", "1"], ["1 two", "1 2"]].map((
    [old_string, new_string],
    index,
  ) => ({
    kind: "tool_call",
    call_id: `call-${index}`,
    name: "Edit",
    arguments: JSON.stringify({ file_path: "f", old_string, new_string }),
  }));
  const { tools } = space;
  const run = turnsRequest({ model: new EventModel(), history, tools, maxTurns: 0 });
  equal((await driveTurns(run)).result, "limit_reached");
  deepEqual(history.slice(2).map((item) => "summary" in item && item.summary), [
    "Edited f (1 replacement)",
    "Edited f (1 replacement)",
  ]);
  equal(space.text("f"), "1 2\n");
});

Deno.test("Edit asks for a Read, and for a new one when the file has changed", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  const edit = () => space.call("Edit", { file_path: "f", old_string: "a", new_string: "b" });
  await rejects(edit(), { message: "file has not been read in this session; read it first: f" });
  await space.call("Read", { file_path: "f" });
  Deno.writeTextFileSync(`${space.ws}/f`, "a a");
  await rejects(edit(), { message: "file was modified externally after last read: f" });
});

Deno.test("Edit shows the changed place with three lines around it", async () => {
  const text = Array.from({ length: 20 }, (_, index) => `line ${index + 1}\n`).join("");
  await using space = await FileWorkspace.create({ files: { "f": text } });
  await space.call("Read", { file_path: "f" });
  const edit = (old_string: string, new_string: string) =>
    space.call("Edit", { file_path: "f", old_string, new_string });
  equal(
    (await edit("ne 10\n", "ne ten\nand a half\n")).content,
    "     7\tline 7\n     8\tline 8\n     9\tline 9\n    10\tline ten\n" +
      "    11\tand a half\n    12\tline 11\n    13\tline 12\n",
  );
  equal(
    (await edit("line 15\n", "")).content,
    "     1\tline 1\n     2\tline 2\n     3\tline 3\n     4\tline 4\n",
  );
  await space.call("Write", { file_path: "f", content: "all" });
  equal((await edit("all", "")).content, "");
});

Deno.test("Edit refuses a file that is not UTF-8 and leaves it alone", async () => {
  await using space = await FileWorkspace.create();
  const path = `${space.ws}/f`;
  Deno.writeFileSync(path, new Uint8Array([0x61, 0xff]));
  await space.call("Read", { file_path: path });
  await rejects(space.call("Edit", { file_path: path, old_string: "a", new_string: "b" }), {
    kind: "Invalid argument",
    message: `invalid argument: file is not valid UTF-8: ${path}`,
  });
  deepEqual(Deno.readFileSync(path), new Uint8Array([0x61, 0xff]));
});

const edits: [string, string, string, string, string][] = [
  ["keeps CR LF", "a\r\nb\r\nc\r\n", "a\nb", "x\ny\nz", "x\r\ny\r\nz\r\nc\r\n"],
  ["puts CR LF into such a file", "a\r\nb\r\n", "a", "x\ny", "x\r\ny\r\nb\r\n"],
  ["keeps LF", "a\nb\n", "a\nb", "x\ny", "x\ny\n"],
  ["takes CR as it is written", "a\r\nb\r\n", "a\r\nb", "x\ny", "x\ny\r\n"],
  ["keeps what is around it in a mixed file", "a\r\nb\nc\n", "a\nb", "x\ny", "x\r\ny\nc\n"],
  ["finds lines with different ends", "a\r\nb\nc\r\nd\n", "b\nc\nd", "x", "a\r\nx\n"],
  ["begins with a line end", "a\r\n\r\nb\r\n", "\nb\n", "\nx\n", "a\r\n\r\nx\r\n"],
  ["prefers the exact text", "a\r\nb\na\nb\n", "a\nb", "x", "a\r\nb\nx\n"],
  ["keeps a byte order mark", "\uFEFFa\nb\n", "a\nb", "x", "\uFEFFx\n"],
  ["takes patterns as text", "f(a.b)$1\n", "(a.b)$", "[$&]", "f[$&]1\n"],
];
for (const [what, text, old_string, new_string, expected] of edits) {
  Deno.test(`Edit ${what}`, async () => {
    await using space = await FileWorkspace.create({ files: { "f": text } });
    await space.call("Read", { file_path: "f" });
    await space.call("Edit", { file_path: "f", old_string, new_string });
    equal(space.text("f"), expected);
  });
}

Deno.test("Edit replaces each CR LF occurrence of several lines", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a\r\nb\r\n".repeat(3) } });
  await space.call("Read", { file_path: "f" });
  const pair = { file_path: "f", old_string: "a\nb\n", new_string: "longer\n", replace_all: true };
  equal((await space.call("Edit", pair)).summary, "Edited f (3 replacements)");
  equal(space.text("f"), "longer\r\n".repeat(3));
});

Deno.test("Edit takes an old_string of very many lines", async () => {
  await using space = await FileWorkspace.create({
    files: { "f": "some code (1);\r\n".repeat(50_000) },
  });
  await space.call("Read", { file_path: "f" });
  const old_string = "some code (1);\n".repeat(49_999);
  await space.call("Edit", { file_path: "f", old_string, new_string: "" });
  equal(space.text("f"), "some code (1);\r\n");
});

Deno.test("Edit shows what is most like a text that it does not find", async () => {
  const text = "import a\n\nfunction area(width, height) {\n    return width * height;\n}\n";
  await using space = await FileWorkspace.create({ files: { "f": text } });
  await space.call("Read", { file_path: "f" });
  const old_string = "function area(width, height) {\n  return width * height;\n}";
  await rejects(space.call("Edit", { file_path: "f", old_string, new_string: "" }), {
    message: "string not found in file: f\nclosest lines:\n" +
      "     3\tfunction area(width, height) {\n     4\t    return width * height;\n     5\t}",
  });
  await rejects(
    space.call("Edit", { file_path: "f", old_string: "nothing like it", new_string: "" }),
    { message: "string not found in file: f" },
  );
});

Deno.test("Edit names the lines of a text that is there several times", async () => {
  const text = `start\n${"same\nother\n".repeat(30)}`;
  await using space = await FileWorkspace.create({ files: { "f": text } });
  await space.call("Read", { file_path: "f" });
  await rejects(space.call("Edit", { file_path: "f", old_string: "same\nother", new_string: "" }), {
    message: /\(30 occurrences\).*: f\nfound at lines 2, 4, 6, .*40, \.\.\.$/s,
  });
});
