import { deepEqual, equal, match, rejects } from "../support/assert.ts";
import { cutContent } from "../../lib/agent/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";

Deno.test("50.13-14 Read with offset and limit names the slice, an empty file has content", async () => {
  await using space = await FileWorkspace.create({
    files: { "a.txt": "alpha\nbeta\ngamma\ndelta\nepsilon\n", "empty": "" },
  });
  const path = `${space.ws}/a.txt`;
  deepEqual(await space.call("Read", { file_path: path, offset: 1, limit: 2 }), {
    summary: `Read 2 line(s) [2..3] of 5 from ${path}`,
    content: "     2\tbeta\n     3\tgamma\n",
  });
  const empty = `${space.ws}/empty`;
  deepEqual(await space.call("Read", { file_path: empty }), {
    summary: `Read 0 line(s) from ${empty}`,
    content: "",
  });
  await rejects(space.call("Edit", { file_path: empty, old_string: "a", new_string: "b" }), {
    kind: "Invalid argument",
    message: `string not found in file: ${empty}`,
  });
});

Deno.test("50.13-15 a line of 1 MiB is one line, which the general limit then cuts", async () => {
  await using space = await FileWorkspace.create({ files: { "long": "x".repeat(1024 * 1024) } });
  const { summary, content } = await space.call("Read", { file_path: `${space.ws}/long` });
  equal(summary, `Read 1 line(s) from ${space.ws}/long`);
  equal(content?.length, "     1\t\n".length + 1024 * 1024);
  const cut = cutContent(content ?? "", 65_536);
  equal((cut?.bytesAfter ?? Infinity) <= 65_536, true);
  match(cut?.text ?? "", /\n\n\[truncated: \d+ bytes dropped, refine your query\]$/);
});

Deno.test("50.13-20 names and contents in Japanese and emoji round-trip", async () => {
  await using space = await FileWorkspace.create();
  const path = `${space.ws}/日本語/メモ 🦊.txt`;
  await space.call("Write", { file_path: path, content: "一行目 🎉\n二行目\n" });
  await space.call("Edit", { file_path: path, old_string: "二行目", new_string: "更新 👩‍👩‍👧" });
  const { content } = await space.call("Read", { file_path: path });
  equal(content, "     1\t一行目 🎉\n     2\t更新 👩‍👩‍👧\n");
  equal(space.text("日本語/メモ 🦊.txt"), "一行目 🎉\n更新 👩‍👩‍👧\n");
});

const slices: [string, Record<string, number | null>, string, string][] = [
  ["a\nb", {}, "Read 2 line(s)", "     1\ta\n     2\tb\n"],
  ["a\r\nb\r\n", {}, "Read 2 line(s)", "     1\ta\n     2\tb\n"],
  ["a\r\r\n", {}, "Read 1 line(s)", "     1\ta\r\n"],
  ["\n\n", {}, "Read 2 line(s)", "     1\t\n     2\t\n"],
  ["\uFEFFa\n\uFEFFb\n", {}, "Read 2 line(s)", "     1\ta\n     2\t\uFEFFb\n"],
  ["a\nb\nc\n", { limit: 0 }, "Read 1 line(s) [1..1] of 3", "     1\ta\n"],
  [
    "a\nb\nc\n",
    { offset: null, limit: null },
    "Read 3 line(s)",
    "     1\ta\n     2\tb\n     3\tc\n",
  ],
  ["1\n2\n3\n4\n5\n", { offset: 10 }, "Read 0 line(s) [11..10] of 5", ""],
];
for (const [text, slice, summary, content] of slices) {
  Deno.test(`Read of ${JSON.stringify(text)} with ${JSON.stringify(slice)}`, async () => {
    await using space = await FileWorkspace.create({ files: { "f": text } });
    deepEqual(await space.call("Read", { file_path: "f", ...slice }), {
      summary: `${summary} from f`,
      content,
    });
  });
}

Deno.test("Read returns 2000 lines when no limit is given", async () => {
  const text = Array.from({ length: 2001 }, (_, index) => `line ${index + 1}\n`).join("");
  await using space = await FileWorkspace.create({ files: { "f": text } });
  const { summary, content } = await space.call("Read", { file_path: "f" });
  equal(summary, "Read 2000 line(s) [1..2000] of 2001 from f");
  equal(content?.endsWith("  2000\tline 2000\n"), true);
});

Deno.test("Read shows bytes that are not UTF-8 as replacement characters", async () => {
  await using space = await FileWorkspace.create();
  Deno.writeFileSync(`${space.ws}/f`, new Uint8Array([0x61, 0xff, 0x0a, 0xe3, 0x81, 0x0a]));
  const { content } = await space.call("Read", { file_path: "f" });
  equal(content, "     1\ta\uFFFD\n     2\t\uFFFD\n");
});

Deno.test("Read joins lines and characters that lie across block borders", async () => {
  await using space = await FileWorkspace.create();
  // The first block of 1 MiB ends inside the second of the three bytes of "語".
  const padding = "x".repeat(1024 * 1024 - 5);
  Deno.writeTextFileSync(`${space.ws}/f`, `${padding}\n日語\nlast`);
  const { summary, content } = await space.call("Read", { file_path: "f", offset: 1 });
  equal(summary, "Read 2 line(s) [2..3] of 3 from f");
  equal(content, "     2\t日語\n     3\tlast\n");
});

Deno.test("Read refuses arguments that do not fit its schema", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  await rejects(space.call("Read", {}), {
    kind: "Invalid argument",
    message: /^invalid Read input: .*file_path/,
  });
  for (const offset of [-1, 1.5, "1", true]) {
    await rejects(space.call("Read", { file_path: "f", offset }), {
      message: /^invalid Read input: offset: /,
    });
  }
  equal(
    (await space.call("Read", { file_path: "f", unknown: 1 })).summary,
    "Read 1 line(s) from f",
  );
});

Deno.test("Read refuses a file that is too large, without reading it", async () => {
  await using space = await FileWorkspace.create({ files: { "huge": "" } });
  Deno.truncateSync(`${space.ws}/huge`, 2 * 1024 ** 3);
  await rejects(space.call("Read", { file_path: "huge" }), {
    kind: "Invalid argument",
    message: "invalid argument: file is too large (over 268435456 bytes): huge",
  });
});
