import { knowledgeIn, resolveInput } from "../../../lib/context/mod.ts";
import { type InputSegment, messageText } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, match, rejects } from "../../support/assert.ts";
import { inTime } from "../../support/in_time.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { document, WorkflowProject } from "../workflows/workspace.ts";

const MAX_BYTES = 1000;
const workflows = { workflowDirectory: null, knowledgeDirectory: null, skillRoots: [] };

const fileRef = (path: string): InputSegment => ({ kind: "file_ref", path });

/** What references come to: what the model is shown, and what the user is told. */
async function resolve(
  { files, ws }: FileWorkspace,
  segments: readonly InputSegment[],
  maxBytes = MAX_BYTES,
): Promise<{ shown: string[]; warnings: readonly string[] }> {
  const { signal } = new AbortController();
  const options = { files, cwd: ws, maxBytes, workflows };
  const { additions, warnings } = await inTime(
    "the references",
    resolveInput(segments, options, signal),
  );
  for (const { item, note } of additions) {
    equal(item.kind === "message" && messageText(item), note?.body);
  }
  return { shown: additions.map(({ note }) => note?.body ?? ""), warnings };
}

Deno.test("40.2.3 a file is shown as it is, under the name that was given", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "notes.md": "alpha\n", "empty": "", "a b/~": "tilde" },
  });
  const paths = ["notes.md", "./a b/../notes.md", `${workspace.ws}/notes.md`, "empty", "a b/~"];
  deepEqual(await resolve(workspace, paths.map(fileRef)), {
    shown: [
      "[File: notes.md]\nalpha\n",
      "[File: ./a b/../notes.md]\nalpha\n",
      `[File: ${workspace.ws}/notes.md]\nalpha\n`,
      "[File: empty]\n",
      "[File: a b/~]\ntilde",
    ],
    warnings: [],
  });
});

Deno.test("40.12-10 40.11-W36 a file over the limit is cut, before a character rather than in it", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "ten": "0123456789", "euro": "abc€defghi", "lines": "one\ntwo\n" },
  });
  const cut = async (path: string, maxBytes: number) =>
    (await resolve(workspace, [fileRef(path)], maxBytes)).shown[0];
  const remark = (bytes: number) => `[...truncated, ${bytes} bytes total — use Read for the rest]`;
  equal(await cut("ten", 5), `[File: ten]\n01234\n${remark(10)}`);
  equal(await cut("ten", 10), "[File: ten]\n0123456789");
  for (const limit of [3, 4, 5]) {
    equal(await cut("euro", limit), `[File: euro]\nabc\n${remark(12)}`);
  }
  equal(await cut("euro", 6), `[File: euro]\nabc€\n${remark(12)}`);
  equal(await cut("lines", 4), `[File: lines]\none\n${remark(8)}`);
  equal(await cut("lines", 0), `[File: lines]\n${remark(8)}`);
});

Deno.test("40.11-W37 of a file that is larger than any tool reads, the head is shown", async () => {
  await using workspace = await FileWorkspace.create({ files: { "huge": "start" } });
  await Deno.truncate(`${workspace.ws}/huge`, 300 * 1024 * 1024);
  const { shown } = await resolve(workspace, [fileRef("huge")], 5);
  deepEqual(shown, [
    "[File: huge]\nstart\n[...truncated, 314572800 bytes total — use Read for the rest]",
  ]);
});

Deno.test("40.12-11 what cannot be shown costs one warning each, which names the reason", async () => {
  await using workspace = await FileWorkspace.create({ files: { "fine": "fine" } });
  const { ws, root } = workspace;
  await Deno.writeFile(`${ws}/binary`, new Uint8Array([0x61, 0xff]));
  await Deno.writeTextFile(`${ws}/sparse`, "");
  await Deno.truncate(`${ws}/sparse`, 500 * 1024 * 1024);
  await Deno.symlink("nowhere", `${ws}/broken`);
  await Deno.symlink(`${root}/out/secret`, `${ws}/leak`);
  await Deno.symlink(`${root}/out`, `${ws}/outside`);
  await new Deno.Command("mkfifo", { args: [`${ws}/pipe`] }).output();
  const paths = [
    "missing",
    "../out/secret",
    "binary",
    "sparse",
    "broken",
    "leak",
    "outside",
    "pipe",
    "fine/x",
  ];
  const { shown, warnings } = await resolve(workspace, [...paths, "fine"].map(fileRef));
  deepEqual(shown, ["[File: fine]\nfine"]);
  const told = (path: string, reason: string) =>
    `file ref @${path} could not be resolved: ${reason}`;
  const advice = "; add the symlink target to the Pod read scope, copy it into the workspace, " +
    "or recreate the symlink with the correct target";
  const through = "path resolves through a symlink outside allowed read scope: ";
  deepEqual(warnings.slice(0, 8), [
    told("missing", `file not found: ${ws}/missing`),
    told(
      "../out/secret",
      `path is outside allowed scope: ${ws}/../out/secret; start the pod with --allow-read for ` +
        "its directory, or copy it to where the pod works",
    ),
    told("binary", `file is not valid UTF-8 text: ${ws}/binary`),
    told("sparse", `file is not valid UTF-8 text: ${ws}/sparse`),
    told(
      "broken",
      `broken symlink while resolving ${ws}/broken: ${ws}/broken -> ${ws}/nowhere ` +
        "(target does not exist); recreate the symlink with an absolute target or " +
        "a correct relative target",
    ),
    told("leak", `${through}${ws}/leak -> ${root}/out/secret${advice}`),
    told("outside", `${through}${ws}/outside -> ${root}/out${advice}`),
    told("pipe", `invalid argument: not a regular file: ${ws}/pipe`),
  ]);
  equal(warnings.length, 9);
  match(warnings[8] ?? "", /^file ref @fine\/x could not be resolved: /);
});

Deno.test("40.12-12 a directory is listed: directories, links, files, hidden and ignored ones too", async () => {
  const files: Record<string, string> = {
    "sub/x": "",
    "denied/x": "",
    "b/.hidden": "",
    ".gitignore": "ignored\n",
    "ignored": "",
    "notes.md": "",
    "Z": "",
  };
  await using workspace = await FileWorkspace.create({ files, deny: { "ws/denied": "read" } });
  const { ws, root } = workspace;
  await Deno.symlink("sub", `${ws}/a-link`);
  await Deno.symlink(`${root}/out`, `${ws}/leak`);
  await Deno.mkdir(`${ws}/empty`);
  const { shown, warnings } = await resolve(workspace, ["", ".", "b", "empty"].map(fileRef));
  const all = "b/\nempty/\nsub/\na-link@\n.gitignore\nZ\nignored\nnotes.md";
  deepEqual([shown, warnings], [[
    `[Dir: ]\n${all}`,
    `[Dir: .]\n${all}`,
    "[Dir: b]\n.hidden",
    "[Dir: empty]\n(empty directory)",
  ], []]);
});

Deno.test("40.12-12 of a large directory 100 entries are listed, and what is missing is told", async () => {
  const names = Array.from({ length: 106 }, (_, index) => `file-${1000 + index}`);
  await using workspace = await FileWorkspace.create({
    files: Object.fromEntries(names.map((name) => [`many/${name}`, ""])),
  });
  const listed = (entries: string[]) => `[Dir: many]\n${entries.join("\n")}`;
  const show = async (maxBytes: number) =>
    (await resolve(workspace, [fileRef("many")], maxBytes)).shown[0];
  const first = names.slice(0, 100);
  equal(
    await show(10_000),
    `${listed(first)}\n[...truncated, 106 readable entries total — use Glob for more]`,
  );
  equal(
    await show(12),
    `${
      listed(["file-1000", "fi"])
    }\n[...truncated, 106 readable entries total; first 100 entries ` +
      "were 999 bytes before byte cap — use Glob for more]",
  );
  for (const name of names.slice(2)) await Deno.remove(`${workspace.ws}/many/${name}`);
  equal(
    await show(12),
    `${listed(["file-1000", "fi"])}\n[...truncated, 19 bytes total — use Glob or Read for more]`,
  );
});

Deno.test("40.11-W44 a directory behind a link is listed when it may be read", async () => {
  await using workspace = await FileWorkspace.create({ files: { "real/x": "" } });
  await Deno.symlink("real", `${workspace.ws}/link`);
  deepEqual(await resolve(workspace, [fileRef("link")]), {
    shown: ["[Dir: link]\nx"],
    warnings: [],
  });
});

Deno.test("40.11-W42 what is named twice comes once", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a": "A" } });
  const refs = ["a", "none", "a", "none"].map(fileRef);
  const { shown, warnings } = await resolve(workspace, refs);
  deepEqual([shown, warnings.length], [["[File: a]\nA"], 1]);
});

Deno.test("40.2.5 40.11-W42 knowledge comes without its front matter, behind the files, cut like a file", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a": "A" } });
  await using project = await WorkflowProject.create({
    "knowledge/style.md": document({ description: "d" }, "Tabs, not spaces.\n\n"),
    "knowledge/bent.md": "no frontmatter",
    "knowledge/odd.md": "---\nnot: [yaml\n---\nbody",
    "knowledge/private.md": document({ user_invocable: false }),
    "knowledge/directory.md/x": "",
    "knowledge/huge.md": document({ description: "d" }, "x".repeat(256 * 1024)),
  });
  await new Deno.Command("mkfifo", { args: [`${project.root}/knowledge/pipe.md`] }).output();
  const { files, ws: cwd } = workspace;
  const knowledge = knowledgeIn(`${project.root}/knowledge`);
  const resolveAll = (slugs: string[], maxBytes = MAX_BYTES) =>
    inTime(
      "the knowledge",
      resolveInput(
        [...slugs.map((slug) => ({ kind: "knowledge_ref" as const, slug })), fileRef("a")],
        { files, cwd, maxBytes, workflows, knowledge },
        new AbortController().signal,
      ),
    );
  const { additions } = await resolveAll(["style", "style"]);
  deepEqual(additions.map(({ note }) => note), [
    { kind: "file_attachment", path: "a", body: "[File: a]\nA" },
    { kind: "knowledge", slug: "style", body: "[Knowledge #style]\nTabs, not spaces." },
  ]);
  const cut = await resolveAll(["style"], 4);
  equal(
    cut.additions[1]?.note?.body,
    "[Knowledge #style]\nTabs\n[...truncated, 17 bytes total — use Read for the rest]",
  );
  const faults: readonly (readonly [slug: string, fault: RegExp])[] = [
    ["No", /^knowledge ref #No has invalid slug: invalid slug `No`: must match/],
    ["none", /^knowledge ref #none could not be read: No such file/],
    ["directory", /^knowledge ref #directory could not be read: it is not a regular file$/],
    ["huge", /^knowledge ref #huge could not be read: it has 2\d+ bytes, and at most 262144/],
    ["pipe", /^knowledge ref #pipe could not be read: it is not a regular file$/],
    ["bent", /^knowledge ref #bent has invalid frontmatter: frontmatter is missing or/],
    ["odd", /^knowledge ref #odd has invalid frontmatter: malformed frontmatter: /],
    ["private", /^knowledge ref #private is not for users to refer to: it has `user_invocable/],
  ];
  const { warnings } = await resolveAll(faults.map(([slug]) => slug));
  equal(warnings.length, faults.length);
  for (const [index, [, fault]] of faults.entries()) match(warnings[index] ?? "", fault);
});

Deno.test("40.12-13 40.2.5 knowledge without memory and unknown pieces are told once", async () => {
  await using workspace = await FileWorkspace.create();
  const unknown = JSON.parse('{"kind":"image_ref","url":"x"}');
  const knowledge: InputSegment = { kind: "knowledge_ref", slug: "style" };
  deepEqual(await resolve(workspace, [unknown, knowledge, unknown, knowledge]), {
    shown: [],
    warnings: [
      "knowledge ref #style cannot be resolved because memory is disabled; " +
      "passed to LLM as placeholder",
      "received unknown segment kind from a newer client; passed to LLM as placeholder",
    ],
  });
});

Deno.test("40.2.2 a stopped search ends with the reason of the stop", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a": "A" } });
  const { files, ws } = workspace;
  const options = { files, cwd: ws, maxBytes: MAX_BYTES, workflows };
  const signal = AbortSignal.abort(new Error("enough"));
  await rejects(() => resolveInput([fileRef("a")], options, signal), /enough/);
});
