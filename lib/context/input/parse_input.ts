import type { InputSegment } from "../../protocol/mod.ts";
import { isSlug } from "../workflows/slug.ts";

/** How it is known what a word refers to. */
export interface ReferenceCheck {
  /** Whether there is something at a path, as it was typed. */
  readonly exists: (path: string) => boolean | Promise<boolean>;
  /** Whether a user may invoke a workflow or skill, or refer to a record, of this name. */
  readonly isKnown: (kind: SlugKind, slug: string) => boolean | Promise<boolean>;
}

/** What is referred to by a slug. */
export type SlugKind = "workflow" | "knowledge";

/** A word that may be a reference: at the start or behind white space, up to the next white space. */
const CANDIDATE = /(?<=^|\s)(?:@"([^"\n]+)"|([@/#])(\S+))/gu;

/** What may stand behind a reference and belong to the sentence around it. */
const PUNCTUATION = /[.,;:!?)\]}'"]$/u;

/**
 * Takes a typed text apart: `@path`, `@"path with spaces"`, `/workflow` and `#knowledge` become pieces of
 * their own, where they name something that is there. Everything else stays text, so that addresses,
 * decorators and package names need no quoting.
 */
export async function parseInput(text: string, check: ReferenceCheck): Promise<InputSegment[]> {
  const segments: InputSegment[] = [];
  let done = 0;
  const addText = (end: number) => {
    if (end > done) segments.push({ kind: "text", content: text.slice(done, end) });
  };
  for (const { 0: word, 1: quoted, 2: sigil, 3: name, index } of text.matchAll(CANDIDATE)) {
    const segment = quoted === undefined
      ? await segmentOf(sigil, name ?? "", check)
      : await check.exists(quoted) && fileRef(quoted);
    if (!segment) continue;
    addText(index);
    segments.push(segment);
    done = index + (quoted === undefined ? `${sigil}${nameOf(segment)}` : word).length;
  }
  addText(text.length);
  return segments;
}

type Reference = Extract<
  InputSegment,
  { kind: "file_ref" | "workflow_invoke" | "knowledge_ref" }
>;

/** The reference that a word is, or begins with when what follows is punctuation. */
async function segmentOf(
  sigil: string | undefined,
  word: string,
  check: ReferenceCheck,
): Promise<Reference | null> {
  for (let name = word; name !== ""; name = name.slice(0, -1)) {
    if (sigil === "@" && await check.exists(name)) return fileRef(name);
    if (sigil === "/" && isSlug(name) && await check.isKnown("workflow", name)) {
      return { kind: "workflow_invoke", slug: name };
    }
    if (sigil === "#" && isSlug(name) && await check.isKnown("knowledge", name)) {
      return { kind: "knowledge_ref", slug: name };
    }
    if (!PUNCTUATION.test(name)) return null;
  }
  return null;
}

function fileRef(path: string): Reference {
  return { kind: "file_ref", path };
}

function nameOf(reference: Reference): string {
  return reference.kind === "file_ref" ? reference.path : reference.slug;
}
