import { readAgentsMd } from "../../../lib/context/mod.ts";
import { deepEqual, equal, match } from "../../support/assert.ts";
import { NOT_UTF8, PromptFiles } from "./prompt_files.ts";

Deno.test("40.12-5 AGENTS.md of the working directory is taken as it is", () => {
  const text = "# Rules\n\n{{ not a template }}\n\n  two spaces \n";
  using files = new PromptFiles({ "AGENTS.md": text });
  deepEqual(readAgentsMd([files.root]), { text, problems: [] });
});

Deno.test("40.12-5 without the file there is nothing, silently", () => {
  using files = new PromptFiles({ "agents.md": "no" });
  deepEqual(readAgentsMd([files.root]), { text: null, problems: [] });
});

Deno.test("40.12-5 a file that cannot be read is told, and is as if it were not there", () => {
  using files = new PromptFiles({ "bytes/AGENTS.md": NOT_UTF8, "folder/AGENTS.md/x": "" });
  const bytes = readAgentsMd([`${files.root}/bytes`]);
  equal(bytes.text, null);
  equal(bytes.problems.length, 1);
  match(bytes.problems[0] ?? "", /^AGENTS\.md \(.*\/bytes\/AGENTS\.md\) is not valid UTF-8: /);
  const folder = readAgentsMd([`${files.root}/folder`]);
  equal(folder.text, null);
  match(folder.problems.join(), /^failed to read AGENTS\.md \(.*\/folder\/AGENTS\.md\): .*regular/);
});

Deno.test("40.11-W5 a pipe is not waited for", async () => {
  using files = new PromptFiles();
  await new Deno.Command("mkfifo", { args: [`${files.root}/AGENTS.md`] }).output();
  match(readAgentsMd([files.root]).problems.join(), /it is not a regular file/);
});

Deno.test("40.11-W5 a link that leads nowhere is told", () => {
  using files = new PromptFiles();
  Deno.symlinkSync("CLAUDE.md", `${files.root}/AGENTS.md`);
  const { text, problems } = readAgentsMd([files.root]);
  equal(text, null);
  match(problems.join(), /^failed to read AGENTS\.md \(.*\): it is a link that leads nowhere$/);
});

Deno.test("40.11-W5 a blank file counts as none, a large one is told", () => {
  using files = new PromptFiles({ "AGENTS.md": " \n\n" });
  deepEqual(readAgentsMd([files.root]), { text: null, problems: [] });
  files.write("AGENTS.md", "x".repeat(32 * 1024));
  deepEqual(readAgentsMd([files.root]).problems, []);
  files.write("AGENTS.md", "x".repeat(32 * 1024 + 1));
  const { text, problems } = readAgentsMd([files.root]);
  equal(text?.length, 32 * 1024 + 1);
  match(problems.join(), /AGENTS\.md\) is large: every request carries its 32769 bytes/);
  files.write("AGENTS.md", "x".repeat(256 * 1024 + 1));
  const huge = readAgentsMd([files.root]);
  equal(huge.text, null);
  match(huge.problems.join(), /: it has 262145 bytes, and at most 262144 can be used: shorten it$/);
});

Deno.test("40.11-W5 files of directories above come first, and each says where it is from", () => {
  using files = new PromptFiles({ "AGENTS.md": "top\n", "a/b/AGENTS.md": "\nbottom" });
  const { root } = files;
  equal(
    readAgentsMd([root, `${root}/a`, `${root}/a/b`]).text,
    `From ${root}/AGENTS.md:\n\ntop\n\nFrom ${root}/a/b/AGENTS.md:\n\n\nbottom`,
  );
  equal(readAgentsMd([root, `${root}/a`]).text, `From ${root}/AGENTS.md:\n\ntop`);
});
