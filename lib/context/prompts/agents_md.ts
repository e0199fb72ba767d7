import { byteLength, messageOf } from "../../base/mod.ts";
import { readTextFile, TextFileError } from "../text_file.ts";

/** Every request carries these bytes; above this, somebody should know. */
const LARGE_BYTES = 32 * 1024;

/** The project's instructions, and what kept some from being read. */
export interface AgentsMd {
  /** Null when there are none. */
  readonly text: string | null;
  readonly problems: readonly string[];
}

/**
 * Reads `AGENTS.md` in each of these directories (spec 40 §10). Texts are taken as they are; blank ones
 * count as absent.
 *
 * @param directories absolute; from the top of the project down to the working directory, the last
 */
export function readAgentsMd(directories: readonly string[]): AgentsMd {
  const problems: string[] = [];
  const found: { readonly path: string; readonly text: string }[] = [];
  const paths = directories.map((directory) => `${directory.replace(/\/$/, "")}/AGENTS.md`);
  for (const path of paths) {
    const { text, problem } = readOne(path);
    if (problem !== undefined) problems.push(problem);
    if (text.trim() !== "") found.push({ path, text });
  }
  const [first, ...others] = found;
  if (first === undefined) return { text: null, problems };
  if (others.length === 0 && first.path === paths.at(-1)) return { text: first.text, problems };
  const texts = found.map(({ path, text }) => `From ${path}:\n\n${text.trimEnd()}`);
  return { text: texts.join("\n\n"), problems };
}

function readOne(path: string): { readonly text: string; readonly problem?: string } {
  try {
    const text = readTextFile(path);
    const size = byteLength(text);
    if (size <= LARGE_BYTES) return { text };
    const problem = `AGENTS.md (${path}) is large: every request carries its ${size} bytes; ` +
      `keep it below ${LARGE_BYTES}`;
    return { text, problem };
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return leadsNowhere(path);
    if (error instanceof TextFileError && error.code === "encoding") {
      return { text: "", problem: `AGENTS.md (${path}) is ${error.message}` };
    }
    return { text: "", problem: failed(path, messageOf(error)) };
  }
}

/** What is there and is not found is a link. */
function leadsNowhere(path: string): { readonly text: string; readonly problem?: string } {
  try {
    Deno.lstatSync(path);
    return { text: "", problem: failed(path, "it is a link that leads nowhere") };
  } catch {
    return { text: "" };
  }
}

function failed(path: string, why: string): string {
  return `failed to read AGENTS.md (${path}): ${why}`;
}
