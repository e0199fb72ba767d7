import { messageOf } from "../../base/mod.ts";
import { readTextFile } from "../text_file.ts";
import { BUILTIN_ASSETS, type BuiltinAsset } from "./builtin_assets.ts";
import { PromptError } from "./prompt_error.ts";
import { formatReference, type PromptReference } from "./reference.ts";

/** Where a person's own prompts are; null where there is no such directory. */
export interface PromptLibraries {
  /** `$user/…`; absolute. */
  readonly user: string | null;
  /** `$workspace/…`; absolute. */
  readonly workspace: string | null;
}

/** What is said where a library has no directory. */
const NOT_CONFIGURED = {
  user: "prompt prefix '$user' is not configured for this loader (your configuration directory " +
    "has no `prompts`)",
  workspace: "prompt prefix '$workspace' is not configured for this loader (the project has no " +
    "`.pod/prompts`)",
} as const;

/**
 * Finds a prompt in the one library that its reference names (spec 40 §1.2): one of ours, or the
 * source of a template.
 *
 * @throws {PromptError}
 */
export function findPrompt(
  reference: PromptReference,
  libraries: PromptLibraries,
): BuiltinAsset | string {
  const { prefix, path } = reference;
  if (prefix !== "pod") {
    const directory = libraries[prefix];
    if (directory === null) throw new PromptError(NOT_CONFIGURED[prefix]);
    return readAsset(`${directory}/${path}.md`, formatReference(reference));
  }
  const asset = BUILTIN_ASSETS.get(path);
  if (asset !== undefined) return asset;
  throw new PromptError(
    `prompt asset not found: '${formatReference(reference)}' (there are: ${
      [...BUILTIN_ASSETS.keys()].join(", ")
    })`,
  );
}

function readAsset(file: string, name: string): string {
  try {
    return readTextFile(file);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) {
      throw new PromptError(`prompt asset not found: '${name}' (it would be ${file})`, error);
    }
    throw new PromptError(`failed to read prompt asset '${name}': ${messageOf(error)}`, error);
  }
}
