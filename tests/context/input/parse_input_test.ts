import { parseInput } from "../../../lib/context/mod.ts";
import { flattenSegments, type InputSegment } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";

const PATHS = [
  "src/a.ts",
  "src",
  "src/",
  "/etc",
  "/etc/hosts",
  "/tmp",
  "a b.md",
  "ä/ö.ts",
  "v1.",
  ".",
];
const KNOWN = { "workflow release": true, "knowledge style": true };

/** What a text comes to, and what in it looks like a reference that leads nowhere. */
async function parse(typed: string) {
  const dangling: string[] = [];
  const segments = await parseInput(typed, {
    exists: (path) => PATHS.includes(path),
    isKnown: (kind, slug) => `${kind} ${slug}` in KNOWN,
    onDangling: (word) => dangling.push(word),
  });
  return { segments, dangling };
}

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
  ["@ä/ö.ts…", [file("ä/ö.ts"), text("…")]],
  ["the handler (@src/a.ts), '@src'", [
    text("the handler ("),
    file("src/a.ts"),
    text("), '"),
    file("src"),
    text("'"),
  ]],
  ["@src/a.ts's `@src/a.ts`", [
    file("src/a.ts"),
    text("'s `"),
    file("src/a.ts"),
    text("`"),
  ]],
  ["@src/a.ts:12-14, @src/a.ts#L3", [
    file("src/a.ts"),
    text(":12-14, "),
    file("src/a.ts"),
    text("#L3"),
  ]],
  ["all of @. please", [text("all of "), file("."), text(" please")]],
  ["/release 1.2", [release, text(" 1.2")]],
  ["then /release.", [text("then "), release, text(".")]],
  ["as in #style, please", [text("as in "), style, text(", please")]],
];

for (const [typed, segments] of CASES) {
  Deno.test(`40.2.1 references are found in ${JSON.stringify(typed)}`, async () => {
    deepEqual(await parse(typed), { segments, dangling: [] });
    equal(flattenSegments(segments), typed);
  });
}

Deno.test("40.2.1 a path with spaces is quoted", async () => {
  deepEqual((await parse('see @"a b.md", @"none" and @"')).segments, [
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
  "try /nope and /releases and /release/x and /tmp",
  "and/release",
  "#release /style fix #123 # style a#style #include",
  "/tmp is full",
  'NSString *name = @"none"; import x from "@/components/x"',
  `@${".".repeat(5000)}`,
];

for (const typed of TEXTS) {
  Deno.test(`7-41 ${JSON.stringify(typed)} stays text`, async () => {
    deepEqual(await parse(typed), { segments: [text(typed)], dangling: [] });
  });
}

const SLIPS: readonly (readonly [typed: string, dangling: string[]])[] = [
  ["review @src/b.ts, please", ["@src/b.ts"]],
  ["@src/a.tsx", ["@src/a.tsx"]],
  ["(@missing.ts)", ["@missing.ts"]],
  ["@~/notes and @/etc/host", ["@~/notes", "@/etc/host"]],
  ['@"no such file.md"', ["@no such file.md"]],
  ["/relase: 1.2, then /relase", ["/relase"]],
];

for (const [typed, dangling] of SLIPS) {
  Deno.test(`40.2.1 what looks like a slip is told of: ${JSON.stringify(typed)}`, async () => {
    deepEqual(await parse(typed), { segments: [text(typed)], dangling });
  });
}
