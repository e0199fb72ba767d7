import { deepEqual, equal, match, rejects, throws } from "../support/assert.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";
import { engines, linesBelow, search } from "./search_calls.ts";
import { searchUnprivileged } from "./unprivileged_search.ts";

const FILES = {
  "a.txt": "one\ntwo\nThree two\nfour\n",
  "b.txt": "nothing\n",
  "sub/c.rs": "fn main() {\n    two();\n}\n",
};

const errors: [string, JsonObject, RegExp][] = [
  ["an open group", { pattern: "(" }, /^invalid regex: missing closing \)/],
  ["look-ahead", { pattern: "a(?=b)" }, /^invalid regex: look-around is not supported$/],
  ["look-behind", { pattern: "(?<!a)b" }, /^invalid regex: look-around is not supported$/],
  ["a back-reference", { pattern: "(a)\\1" }, /^invalid regex: back-references are not supported$/],
  ["a line end in one line", { pattern: "a\\nb" }, /^invalid regex: .* multiline$/],
  ["a counter too large", { pattern: "a{2000}" }, /^invalid regex: invalid repeat count/],
  ["a counter on nothing", { pattern: "*a" }, /^invalid regex: missing argument/],
  ["a bad pattern and a bad path", { pattern: "(", path: "none" }, /^invalid regex: /],
  ["a path that is missing", { pattern: "a", path: "none" }, /^file not found: none$/],
  ["a path outside", { pattern: "a", path: "../out" }, /^path is outside allowed scope: /],
  ["an unknown type", { pattern: "a", type: "none" }, /^invalid argument: invalid type none: /],
  ["a bad glob", { pattern: "a", glob: "[a" }, /^invalid glob pattern: /],
];
for (const engine of engines) {
  for (const [name, input, message] of errors) {
    Deno.test(`50.13-23 Grep refuses ${name} (${engine.name})`, async () => {
      await using space = await FileWorkspace.create({ files: FILES });
      await rejects(search(space, "Grep", input, engine), { message });
    });
  }

  Deno.test(`50.1-4 Grep does not follow a link to a directory (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: FILES });
    await Deno.symlink(`${space.ws}/sub`, `${space.ws}/link`);
    await Deno.symlink(`${space.ws}/a.txt`, `${space.ws}/link.txt`);
    await rejects(search(space, "Grep", { pattern: "two", path: "link" }, engine), {
      message: /^Grep does not follow symlink directories: /,
    });
    const { content } = await search(space, "Grep", { pattern: "Three" }, engine);
    equal(content, `${space.ws}/a.txt\n`);
    const linked = { pattern: "Three", path: "link.txt" };
    equal((await search(space, "Grep", linked, engine)).content, `${space.ws}/link.txt\n`);
  });

  Deno.test(`50.13-23 Grep skips binary files (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "text": "two\n" } });
    const files: [string, string][] = [
      ["early", "\0\x01two\n"],
      ["between", "two\n\0\ntwo\n"],
      ["late", `two\n${"x\n".repeat(5000)}\0two\n`],
    ];
    for (const [name, text] of files) await Deno.writeTextFile(`${space.ws}/${name}`, text);
    const output = await search(space, "Grep", { pattern: "two", output_mode: "count" }, engine);
    deepEqual(linesBelow(space, output), ["late:2", "text:1"]);
  });

  Deno.test(`50.4-5 Grep reads UTF-16 and marks of byte order (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "utf8": "\uFEFFtwo ü\n" } });
    const units = Uint16Array.from("\uFEFFone\ntwo ü\n", (unit) => unit.charCodeAt(0));
    const big = units.map((unit) => (unit & 0xFF) << 8 | unit >> 8);
    await Deno.writeFile(`${space.ws}/utf16le`, new Uint8Array(units.buffer));
    await Deno.writeFile(`${space.ws}/utf16be`, new Uint8Array(big.buffer));
    const input = { pattern: "^two ü$", output_mode: "content" };
    const output = await search(space, "Grep", input, engine);
    deepEqual(linesBelow(space, output), ["utf16be:2:two ü", "utf16le:2:two ü", "utf8:1:two ü"]);
  });

  Deno.test(`50.13-24 Grep passes over what it cannot read, and says so (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({
      files: { "a": "two\n", "b": "two\n", "c/d": "two\n", "denied/e": "two\n" },
    });
    for (const path of ["b", "c", "denied/e"]) Deno.chmodSync(`${space.ws}/${path}`, 0);
    const output = await searchUnprivileged(space.root, { pattern: "two" }, engine.rgPath);
    deepEqual([output.summary, linesBelow(space, output)], [
      "Found matches in 1 file(s) (1 file(s) could not be searched)",
      ["a"],
    ]);
  });

  Deno.test(`50.13-24 Grep shows a Latin-1 line as far as it can (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: { "a": "two\n" } });
    const latin1 = Uint8Array.from("caf\xE9 two\ntwo\n", (letter) => letter.charCodeAt(0));
    await Deno.writeFile(`${space.ws}/latin1`, latin1);
    for (const multiline of [false, true]) {
      const input = { pattern: "two\\s?", output_mode: "content", multiline };
      const output = await search(space, "Grep", input, engine);
      deepEqual(linesBelow(space, output), ["a:1:two", "latin1:1:caf\uFFFD two", "latin1:2:two"]);
    }
  });

  Deno.test(`50.4-5 a very long line is clipped (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({
      files: { "min.js": `${"x".repeat(500_000)}two${"y".repeat(500_000)}\n` },
    });
    const { content = "" } = await search(
      space,
      "Grep",
      { pattern: "xtwoy", output_mode: "content" },
      engine,
    );
    match(content, /min\.js:1:x{900,} \[…\d+ characters left out…\] y{900,}\n$/);
  });

  Deno.test(`50.12.2-26 a search that is cancelled ends (${engine.name})`, async () => {
    await using space = await FileWorkspace.create({ files: FILES });
    const signal = AbortSignal.abort(new Error("enough"));
    await rejects(search(space, "Grep", { pattern: "two" }, { ...engine, signal }), {
      message: "enough",
    });
  });

  Deno.test(`50.12.2-26 files of many pieces have the right line numbers (${engine.name})`, async () => {
    await using space = await FileWorkspace.create();
    const lines = Array.from({ length: 100_000 }, (_, index) => `line ${index + 1}`);
    await Deno.writeTextFile(`${space.ws}/big`, lines.join("\n"));
    const input = { pattern: "^line (1|50000|100000)$", output_mode: "content", "-C": 1 };
    const output = await search(space, "Grep", input, engine);
    deepEqual(linesBelow(space, output), [
      "big:1:line 1",
      "big-2-line 2",
      "--",
      "big-49999-line 49999",
      "big:50000:line 50000",
      "big-50001-line 50001",
      "--",
      "big-99999-line 99999",
      "big:100000:line 100000",
    ]);
  });
}

Deno.test("50.12.2-26 a pattern that would make others backtrack for ever takes no time", async () => {
  await using space = await FileWorkspace.create({ files: { "a": `${"a".repeat(5000)}!\n` } });
  const { summary } = await search(space, "Grep", { pattern: "(a+)+$" });
  equal(summary, "No files matched");
});

Deno.test("50.4-5 an rg that cannot be started is the tool's failure", async () => {
  await using space = await FileWorkspace.create({ files: FILES });
  await rejects(search(space, "Grep", { pattern: "two" }, { rgPath: `${space.root}/none` }), {
    kind: "Execution failed",
    message: /^spawn rg: /,
  });
});

Deno.test("50.12.2-26 a search that is cancelled ends rg", async () => {
  await using space = await FileWorkspace.create({ files: FILES });
  const rgPath = `${space.root}/rg`;
  await Deno.writeTextFile(rgPath, `#!/bin/sh\necho $$ > ${space.root}/id\nexec sleep 600\n`);
  await Deno.chmod(rgPath, 0o755);
  const cancel = new AbortController();
  const options = { rgPath, signal: cancel.signal };
  const failure = rejects(search(space, "Grep", { pattern: "two" }, options), {
    message: "enough",
  });
  const id = await until(() => Number(textOf(`${space.root}/id`)));
  cancel.abort(new Error("enough"));
  await failure;
  throws(() => Deno.kill(id, "SIGKILL"), Deno.errors.NotFound);
});

/** Waits for something other than nothing; the runner's own time limit ends a wait in vain. */
async function until(find: () => number): Promise<number> {
  let found = find();
  for (; found === 0; found = find()) await new Promise((resolve) => setTimeout(resolve, 5));
  return found;
}

function textOf(path: string): string {
  try {
    return Deno.readTextFileSync(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}
