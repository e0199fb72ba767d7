import * as v from "valibot";
import { messageOf, PodError } from "../../base/mod.ts";
import { readTextFile } from "../text_file.ts";
import { parseFrontmatter, type SplitDocument, splitFrontmatter } from "./frontmatter.ts";
import { invalidSlug, isSlug } from "./slug.ts";

/** Why a record cannot be shown. */
export type KnowledgeFault =
  | "invalid_slug"
  | "missing"
  | "unreadable"
  | "frontmatter"
  | "not_for_users";

/** A record that cannot be shown; the message is the reason alone. */
export class KnowledgeError extends PodError {
  override readonly name = "KnowledgeError";

  constructor(override readonly code: KnowledgeFault, message: string, cause?: unknown) {
    super(code, message, { cause });
  }
}

/** The knowledge that a user can refer to. */
export interface Knowledge {
  /**
   * The text of a record.
   *
   * @throws {KnowledgeError}
   */
  read(slug: string): Promise<string>;
  /** The slugs of all records that can be read, in no order. */
  list(): Promise<string[]>;
}

/** The records of a directory, as they are whenever they are asked for. */
export function knowledgeIn(directory: string): Knowledge {
  return {
    async read(slug) {
      const record = readRecord(directory, slug);
      if (await isForUsers(record)) return record.body;
      throw new KnowledgeError("not_for_users", "it has `user_invocable: false`");
    },
    async list() {
      const readable = await Promise.all(
        slugsIn(directory).map(async (slug) => {
          try {
            await isForUsers(readRecord(directory, slug));
            return [slug];
          } catch (error) {
            if (error instanceof KnowledgeError) return [];
            throw error;
          }
        }),
      );
      return readable.flat();
    },
  };
}

/**
 * A record in its two parts; what stands in front is not interpreted.
 *
 * @throws {KnowledgeError}
 */
export function readRecord(directory: string, slug: string): SplitDocument {
  if (!isSlug(slug)) throw new KnowledgeError("invalid_slug", invalidSlug(slug));
  const text = readText(`${directory}/${slug}.md`);
  try {
    return splitFrontmatter(text);
  } catch (error) {
    throw new KnowledgeError("frontmatter", messageOf(error), error);
  }
}

const fields = v.object({ user_invocable: v.nullish(v.boolean(), true) });

async function isForUsers({ yaml }: SplitDocument): Promise<boolean> {
  try {
    return (await parseFrontmatter(yaml, fields)).fields.user_invocable;
  } catch (error) {
    throw new KnowledgeError("frontmatter", messageOf(error), error);
  }
}

function slugsIn(directory: string): string[] {
  try {
    return Array.from(Deno.readDirSync(directory), ({ name }) => name)
      .filter((name) => name.endsWith(".md"))
      .map((name) => name.slice(0, -".md".length));
  } catch {
    // Where nothing can be listed there is nothing to refer to.
    return [];
  }
}

function readText(path: string): string {
  try {
    return readTextFile(path);
  } catch (error) {
    const code = error instanceof Deno.errors.NotFound ? "missing" : "unreadable";
    throw new KnowledgeError(code, messageOf(error), error);
  }
}
