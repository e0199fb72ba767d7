import type { ToolOutput } from "../../lib/agent/mod.ts";
import type { JsonObject } from "../../lib/base/mod.ts";
import { createSearchTools } from "../../lib/tools/mod.ts";
import type { FileWorkspace } from "./file_workspace.ts";

/** The engines that Grep can work with on this machine: its own, and `rg` where there is one. */
export const engines: { name: string; rgPath: string | null }[] = [
  { name: "in process", rgPath: null },
  ...[findRg()].flatMap((rgPath) => rgPath === null ? [] : [{ name: "rg", rgPath }]),
];

/** Calls Glob or Grep. */
export async function search(
  space: FileWorkspace,
  name: "Glob" | "Grep",
  input: JsonObject,
  { rgPath = null, signal = new AbortController().signal }: {
    rgPath?: string | null;
    signal?: AbortSignal;
  } = {},
): Promise<ToolOutput> {
  const tools = createSearchTools({ files: space.files, cwd: space.ws, rgPath });
  const tool = tools.find((tool) => tool.name === name);
  if (tool === undefined) throw new Error(`no tool ${name}`);
  return await tool.execute(input, { callId: "call", signal });
}

/** Result lines with paths relative to the workspace. */
export function linesBelow(space: FileWorkspace, { content = "" }: ToolOutput): string[] {
  return content.split("\n").slice(0, -1).map((line) => line.replace(`${space.ws}/`, ""));
}

function findRg(): string | null {
  const directories = (Deno.env.get("PATH") ?? "").split(":");
  return directories.map((directory) => `${directory}/rg`).find(isFile) ?? null;
}

function isFile(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound || error instanceof Deno.errors.NotADirectory) {
      return false;
    }
    throw error;
  }
}
