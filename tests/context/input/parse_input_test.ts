import { parseInput } from "../../../lib/context/mod.ts";
import { flattenSegments, type InputSegment } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";

const PATHS = ["src/a.ts", "src", "src/", "/etc/hosts", "a b.md", "ä/ö.ts", "v1.", "."];
const KNOWN = { "workflow release": true, "knowledge style": true };
const CHECK = {
  exists: (path: string) => PATHS.includes(path),
  isKnown: (kind: string, slug: string) => `${kind} ${slug}` in KNOWN,
};

const text = (content: string): InputSegment => ({ kind: "text", content });
const file = (path: string): InputSegment => ({ kind: "file_ref", path });
const release: InputSegment = { kind: "workflow_invoke", slug: "release" };
const style: InputSegment = { kind: "knowledge_ref", slug: "style" };

const CASES: readonly (readonly [typed: string, segments: InputSegment[]])[] = [
  ["review @src/a.ts", [text("review "), file("src/a.ts")]],
  ["@src/a.ts", [file("src/a.ts")]],
  ["@src/a.ts, @src/ and\n@/etc/hosts!", [
    file("src/a.ts"),
    text(", "),
    file("src/"),
    text(" and\n"),
    file("/etc/hosts"),
    text("!"),
  ]],
  ["is it in @src/a.ts?)...", [text("is it in "), file("src/a.ts"), text("?)...")]],
  ["see @v1.", [text("see "), file("v1.")]],
  ["@ä/ö.ts…", [text("@ä/ö.ts…")]],
  ["all of @. please", [text("all of "), file("."), text(" please")]],
  ["/release 1.2", [release, text(" 1.2")]],
  ["then /release.", [text("then "), release, text(".")]],
  ["as in #style, please", [text("as in "), style, text(", please")]],
];

for (const [typed, segments] of CASES) {
  Deno.test(`40.2.1 references are found in ${JSON.stringify(typed)}`, async () => {
    deepEqual(await parseInput(typed, CHECK), segments);
    equal(flattenSegments(segments), typed);
  });
}

Deno.test("40.2.1 a path with spaces is quoted", async () => {
  deepEqual(await parseInput('see @"a b.md", @"none" and @"', CHECK), [
    text("see "),
    file("a b.md"),
    text(', @"none" and @"'),
  ]);
});

const TEXTS = [
  "ada@src/a.ts",
  "mail ada@example.org",
  "@Component({ selector: 'x' })",
  "npm i @hono/node-server",
  "@@ -1,3 +1,4 @@",
  "@ src/a.ts",
  "(@src/a.ts)",
  "/nope and /releases and /release/x and /tmp",
  "and/release",
  "#release /style fix #123 # style a#style #include",
  "@src/a.tsx",
];

for (const typed of TEXTS) {
  Deno.test(`7-41 ${JSON.stringify(typed)} stays text`, async () => {
    deepEqual(await parseInput(typed, CHECK), [text(typed)]);
  });
}
