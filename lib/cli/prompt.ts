import { PodError } from "../base/mod.ts";
import { flattenSegments, type InputSegment } from "../protocol/mod.ts";

/** The part of standard input that a prompt needs. */
export interface PromptInput {
  readonly isTerminal: () => boolean;
  readonly readAll: () => Promise<Uint8Array>;
}

/** Stands for standard input among the arguments. */
const STDIN_ARGUMENT = "-";

/**
 * The prompt of a command line: its arguments as text, with `-` replaced by what standard input holds,
 * which is a paste. Standard input is read for nothing else, except when there is no argument at all and
 * it is no terminal: a program that inherits an open pipe must not wait for it.
 *
 * @throws {PodError} `usage` if there is no prompt, or standard input is asked for twice or is no text.
 */
export async function readPrompt(
  args: readonly string[],
  stdin: PromptInput,
): Promise<InputSegment[]> {
  const asked = args.filter((arg) => arg === STDIN_ARGUMENT).length;
  if (asked > 1) throw new PodError("usage", "`-` (standard input) can be given only once");
  if (args.length === 0 && stdin.isTerminal()) {
    throw new PodError("usage", 'there is no prompt; try: pod run "What does this project do?"');
  }
  const prompt = args.length === 0
    ? [paste(await readText(stdin))]
    : asked === 0
    ? [text(args.join(" "))]
    : await insertStdin(args, stdin);
  if (flattenSegments(prompt).trim() === "") throw new PodError("usage", "the prompt is empty");
  return prompt;
}

/** Piped text stands on lines of its own between the words around it. */
async function insertStdin(args: readonly string[], stdin: PromptInput): Promise<InputSegment[]> {
  const at = args.indexOf(STDIN_ARGUMENT);
  const before = args.slice(0, at).join(" ");
  const after = args.slice(at + 1).join(" ");
  const piped = (await readText(stdin)).trimEnd();
  return [text(before), paste(piped), text(after)]
    .filter(({ content }) => content !== "")
    .flatMap((part, index) => index === 0 ? [part] : [text("\n\n"), part]);
}

function text(content: string) {
  return { kind: "text" as const, content };
}

function paste(content: string) {
  const lines = content.split("\n").length;
  return { kind: "paste" as const, id: 1, chars: [...content].length, lines, content };
}

async function readText(stdin: PromptInput): Promise<string> {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(await stdin.readAll());
  } catch (error) {
    if (error instanceof TypeError) {
      throw new PodError("usage", "standard input is not UTF-8 text", { cause: error });
    }
    throw new PodError("usage", "standard input cannot be read", { cause: error });
  }
}
