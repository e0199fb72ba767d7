import { PodError } from "../base/mod.ts";

/** The part of standard input that a prompt needs. */
export interface PromptInput {
  readonly isTerminal: () => boolean;
  readonly readAll: () => Promise<Uint8Array>;
}

/** Stands for standard input among the arguments. */
const STDIN_ARGUMENT = "-";

/**
 * The prompt of a command line: its arguments, with `-` replaced by what standard input holds. Standard
 * input is read for nothing else, except when there is no argument at all and it is no terminal: a
 * program that inherits an open pipe must not wait for it.
 *
 * @throws {PodError} `usage` if there is no prompt, or standard input is asked for twice or is no text.
 */
export async function readPrompt(args: readonly string[], stdin: PromptInput): Promise<string> {
  const asked = args.filter((arg) => arg === STDIN_ARGUMENT).length;
  if (asked > 1) throw new PodError("usage", "`-` (standard input) can be given only once");
  if (args.length === 0 && stdin.isTerminal()) {
    throw new PodError("usage", 'there is no prompt; try: pod run "What does this project do?"');
  }
  const prompt = args.length === 0
    ? await readText(stdin)
    : asked === 0
    ? args.join(" ")
    : await insertStdin(args, stdin);
  if (prompt.trim() === "") throw new PodError("usage", "the prompt is empty");
  return prompt;
}

/** Piped text stands on lines of its own between the words around it. */
async function insertStdin(args: readonly string[], stdin: PromptInput): Promise<string> {
  const at = args.indexOf(STDIN_ARGUMENT);
  const before = args.slice(0, at).join(" ");
  const after = args.slice(at + 1).join(" ");
  const piped = (await readText(stdin)).trimEnd();
  return [before, piped, after].filter((part) => part !== "").join("\n\n");
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
