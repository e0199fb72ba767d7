import type { PromptLibraries } from "./library.ts";
import type { PromptReference } from "./reference.ts";

/**
 * A template, ready to be filled in.
 *
 * @throws {Error} when it asks for a variable that is not among the values, or for a prompt that cannot
 *   be included.
 */
export type Template = (values: object) => string;

/** Prepares a template; the engine is loaded for the first one, pod's own prompts need none. */
export async function compileTemplate(
  source: string,
  current: PromptReference | null,
  libraries: PromptLibraries,
): Promise<Template> {
  const { compileLiquid } = await import("./liquid.ts");
  return compileLiquid(source, current, libraries);
}
