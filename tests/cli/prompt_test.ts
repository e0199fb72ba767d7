import { deepEqual, equal, rejects } from "../support/assert.ts";
import { type PromptInput, readPrompt } from "../../lib/cli/prompt.ts";
import { flattenSegments } from "../../lib/protocol/mod.ts";

function stdin(text: string | Uint8Array): PromptInput {
  const bytes = typeof text === "string" ? new TextEncoder().encode(text) : text;
  return { isTerminal: () => false, readAll: () => Promise.resolve(bytes) };
}

const untouched: PromptInput = {
  isTerminal: () => false,
  readAll: () => Promise.reject(new Error("standard input was read")),
};
const terminal: PromptInput = { ...untouched, isTerminal: () => true };

async function textOf(args: readonly string[], stdin: PromptInput): Promise<string> {
  return flattenSegments(await readPrompt(args, stdin));
}

Deno.test("readPrompt joins arguments and leaves standard input alone", async () => {
  equal(await textOf(["fix", "the bug"], untouched), "fix the bug");
});

Deno.test("readPrompt puts standard input in the place of `-`", async () => {
  equal(await textOf(["-"], stdin("hello\n")), "hello");
  equal(await textOf(["review:", "-"], stdin("diff\n")), "review:\n\ndiff");
  equal(await textOf(["a", "-", "b"], stdin("x")), "a\n\nx\n\nb");
});

Deno.test("readPrompt reads standard input when there is no argument and no terminal", async () => {
  equal(await textOf([], stdin("from a pipe")), "from a pipe");
});

Deno.test("readPrompt marks what was piped in", async () => {
  const paste = { kind: "paste", id: 1, chars: 3, lines: 2, content: "a\n🙂" } as const;
  const text = (content: string) => ({ kind: "text", content } as const);
  deepEqual(await readPrompt([], stdin("a\n🙂")), [paste]);
  deepEqual(await readPrompt(["see", "-", "b"], stdin("a\n🙂\n")), [
    text("see"),
    text("\n\n"),
    paste,
    text("\n\n"),
    text("b"),
  ]);
});

Deno.test("readPrompt says what is missing or wrong", async () => {
  await rejects(readPrompt([], terminal), /there is no prompt; try: pod run/);
  await rejects(readPrompt([], stdin(" \n")), /the prompt is empty/);
  await rejects(readPrompt([" "], untouched), /the prompt is empty/);
  await rejects(readPrompt(["-", "-"], untouched), /only once/);
  await rejects(readPrompt(["-"], stdin(new Uint8Array([0xff, 0xfe]))), /not UTF-8 text/);
  await rejects(readPrompt(["-"], untouched), /cannot be read/);
});
