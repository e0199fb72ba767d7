import { messageOf } from "../../base/mod.ts";
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
  if (prefix !== "pod") return readAsset(reference, libraries[prefix]);
  const asset = BUILTIN_ASSETS.get(path);
  if (asset !== undefined) return asset;
  throw new PromptError(
    `prompt asset not found: '${formatReference(reference)}' (there are: ${
      [...BUILTIN_ASSETS.keys()].join(", ")
    })`,
  );
}

function readAsset(reference: PromptReference, directory: string | null): string {
  const { prefix, path } = reference;
  if (directory === null) {
    throw new PromptError(`prompt prefix '$${prefix}' is not configured for this loader`);
  }
  const file = `${directory}/${path}.md`;
  try {
    return readUtf8(file);
  } catch (error) {
    const name = formatReference(reference);
    if (error instanceof Deno.errors.NotFound) {
      throw new PromptError(`prompt asset not found: '${name}' (it would be ${file})`, error);
    }
    throw new PromptError(`failed to read prompt asset '${name}': ${messageOf(error)}`, error);
  }
}

/**
 * The text of a file.
 *
 * @throws {TypeError} when it is not UTF-8, beside the errors of the file system.
 */
export function readUtf8(path: string): string {
  const bytes = Deno.readFileSync(path);
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(bytes);
  } catch (cause) {
    throw new TypeError("not valid UTF-8: save the file in that encoding", { cause });
  }
}
