import * as v from "valibot";
import { messageOf } from "../../base/mod.ts";
import { issueText } from "../../protocol/mod.ts";
import { readTextFile } from "../text_file.ts";
import { PROMPT_TEXTS } from "./prompt_texts.ts";
import { createCatalog, type PromptCatalog, type PromptKey } from "./catalog.ts";
import type { PromptLibraries } from "./library.ts";
import { PromptError } from "./prompt_error.ts";
import { compileTemplate, type Template } from "./template.ts";

/** A file of texts that replace pod's own. */
export interface PromptPack {
  /** Absolute. */
  readonly path: string;
  /** Whether it is an error when there is no such file. */
  readonly mustExist: boolean;
}

const packFile = v.object({ prompt: v.optional(v.record(v.string(), v.string()), {}) });

/** A catalog, and what was odd about the packs it is made from. */
export interface LoadedCatalog {
  readonly catalog: PromptCatalog;
  readonly warnings: readonly string[];
}

/**
 * Layers prompt packs over pod's own texts, key by key, the last one winning (spec 40 §1.8). Every
 * template is checked for its syntax here.
 *
 * @throws {PromptError}
 */
export async function loadCatalog(
  packs: readonly PromptPack[],
  libraries: PromptLibraries,
): Promise<LoadedCatalog> {
  const replaced = new Map<PromptKey, Template>();
  const warnings: string[] = [];
  for (const pack of packs) {
    for (const [key, source] of Object.entries(await readPack(pack))) {
      if (!isPromptKey(key)) {
        warnings.push(`prompt pack ${pack.path}: there is no prompt \`${key}\`; it is ignored`);
        continue;
      }
      try {
        replaced.set(key, await compileTemplate(source, null, libraries));
      } catch (error) {
        const message = `failed to compile prompt template '${key}': ${messageOf(error)}`;
        throw new PromptError(`${message} (in ${pack.path})`, error);
      }
    }
  }
  return { catalog: createCatalog(replaced), warnings };
}

/** The texts of a pack by key. */
async function readPack({ path, mustExist }: PromptPack): Promise<Record<string, string>> {
  let text: string;
  try {
    text = readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound && !mustExist) return {};
    throw new PromptError(`failed to read prompt pack ${path}: ${messageOf(error)}`, error);
  }
  const { parse } = await import("smol-toml");
  const broken = (why: string, cause?: unknown) =>
    new PromptError(`failed to parse prompt pack ${path}: ${why}`, cause);
  let table: unknown;
  try {
    table = parse(text);
  } catch (error) {
    throw broken(messageOf(error), error);
  }
  const result = v.safeParse(packFile, table);
  if (result.success) return result.output.prompt;
  throw broken(issueText(result.issues));
}

function isPromptKey(key: string): key is PromptKey {
  return Object.hasOwn(PROMPT_TEXTS, key);
}
