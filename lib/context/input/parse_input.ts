import type { InputSegment } from "../../protocol/mod.ts";
import { isSlug } from "../workflows/slug.ts";

/** How it is known what a word refers to. */
export interface ReferenceCheck {
  /** Whether there is something at a path, as it was typed. */
  readonly exists: (path: string) => boolean | Promise<boolean>;
  /** Whether a user may invoke a workflow or skill, or refer to a record, of this name. */
  readonly isKnown: (kind: SlugKind, slug: string) => boolean | Promise<boolean>;
  /** Told of a word, with its sigil, that is likely to be meant as a reference and names nothing. */
  readonly onDangling: (word: string) => void;
}

/** What is referred to by a slug. */
export type SlugKind = "workflow" | "knowledge";

/** Words that may be references, up to the next white space: a path may stand in brackets or quotes. */
const CANDIDATE =
  /(?<=^|[\s(\[{<"'`])@(?:"(?<quoted>[^"\n]+)"|(?<path>\S+))|(?<=^|\s)(?<sigil>[/#])(?<slug>\S+)/gu;

/** What may stand behind a reference and belong to the sentence around it, or say where to look. */
const TRAILING = /(?:[.,;:!?)\]}>'"`…”’»、。，！？）」]|['’]s|:\d+(?:[-:]\d+)?|#L\d+(?:-L?\d+)?)$/u;

/** No path is longer, and no slug. */
const MAX_LENGTH = 4096;

const KINDS = { workflow: "workflow_invoke", knowledge: "knowledge_ref" } as const;

const FILE_EXTENSION = /\.[a-z][a-z0-9]{0,4}$/iu;

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
  for (const { 0: word, groups = {}, index } of text.matchAll(CANDIDATE)) {
    const found = await findReference(groups, check);
    if (found === null) {
      const dangling = await findDangling(groups, index, check);
      if (dangling !== null) check.onDangling(dangling);
      continue;
    }
    addText(index);
    segments.push(found);
    const length = groups.quoted === undefined ? 1 + nameOf(found).length : word.length;
    done = index + length;
  }
  addText(text.length);
  return segments;
}

type Reference = Extract<
  InputSegment,
  { kind: "file_ref" | "workflow_invoke" | "knowledge_ref" }
>;

/** The parts of a candidate: a path in quotes, a path, or a slug with its sigil. */
type Candidate = Readonly<Record<string, string | undefined>>;

/** The reference that a candidate is, or begins with. */
async function findReference(
  { quoted, path, sigil, slug }: Candidate,
  check: ReferenceCheck,
): Promise<Reference | null> {
  if (quoted !== undefined) return await check.exists(quoted) ? fileRef(quoted) : null;
  for (const name of readings(path ?? slug ?? "")) {
    if (path !== undefined) {
      if (await check.exists(name)) return fileRef(name);
    } else if (isSlug(name)) {
      const kind = sigil === "/" ? "workflow" : "knowledge";
      if (await check.isKnown(kind, name)) return { kind: KINDS[kind], slug: name };
    }
  }
  return null;
}

/** A word, and what is left of it without more and more of what may stand behind a name. */
function* readings(word: string): Generator<string> {
  if (word.length > MAX_LENGTH) return;
  for (let name = word; name !== "";) {
    yield name;
    const trailing = TRAILING.exec(name)?.[0];
    if (trailing === undefined) return;
    name = name.slice(0, -trailing.length);
  }
}

/**
 * What of a candidate that names nothing looks like a slip of the pen: a path in a directory that is
 * there, a name with a file's extension, or a workflow that the input begins with.
 */
async function findDangling(
  { quoted, path, sigil, slug }: Candidate,
  index: number,
  check: ReferenceCheck,
): Promise<string | null> {
  const name = quoted ?? [...readings(path ?? slug ?? "")].at(-1) ?? "";
  if (sigil !== undefined) {
    const isMeant = sigil === "/" && index === 0 && isSlug(name) && !await check.exists(`/${name}`);
    return isMeant ? `/${name}` : null;
  }
  const parent = name.slice(0, Math.max(0, name.lastIndexOf("/", name.length - 2)));
  const isMeant = parent === ""
    ? FILE_EXTENSION.test(name)
    : parent.startsWith("~") || await check.exists(parent);
  return isMeant ? `@${name}` : null;
}

function fileRef(path: string): Reference {
  return { kind: "file_ref", path };
}

function nameOf(reference: Reference): string {
  return reference.kind === "file_ref" ? reference.path : reference.slug;
}
