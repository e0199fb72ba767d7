import { PodError } from "../../base/mod.ts";
import type { Completion, CompletionKind } from "../../protocol/mod.ts";
import { loadWorkflows } from "../workflows/load_workflows.ts";
import { byBytes } from "./directory_listing.ts";
import type { InputSources } from "./resolve_input.ts";

const MAX_ENTRIES = 100;

/**
 * What a reference that begins so may refer to, as it is now; at most 100 candidates (spec 40 §5, §11
 * W43). It never fails: where nothing can be looked up there are none.
 */
export async function listCompletions(
  kind: CompletionKind,
  prefix: string,
  sources: InputSources,
): Promise<Completion[]> {
  switch (kind) {
    case "file":
      return (await completeFile(prefix, sources)).slice(0, MAX_ENTRIES);
    case "workflow":
      return (await completeWorkflow(prefix, sources)).slice(0, MAX_ENTRIES);
    case "knowledge":
      return (await completeKnowledge(prefix, sources)).slice(0, MAX_ENTRIES);
  }
}

/** What lies in the directory that the prefix names up to its last slash. */
async function completeFile(prefix: string, { files, cwd }: InputSources): Promise<Completion[]> {
  const directory = prefix.slice(0, prefix.lastIndexOf("/") + 1);
  const start = prefix.slice(directory.length);
  try {
    const absolute = files.absolute(prefix.startsWith("/") ? directory : `${cwd}/${directory}`);
    const entries = await firstMatching(
      start,
      async (isMatch) => await files.list(absolute, isMatch) ?? [],
    );
    return entries
      .map(({ name, isDirectory }) => ({ value: directory + name, is_dir: isDirectory }))
      .sort((left, right) =>
        Number(right.is_dir) - Number(left.is_dir) || byBytes(left.value, right.value)
      );
  } catch (error) {
    if (error instanceof PodError) return [];
    throw error;
  }
}

async function completeWorkflow(
  prefix: string,
  { workflows: sources }: InputSources,
): Promise<Completion[]> {
  const { workflows } = await loadWorkflows(sources);
  const slugs = [...workflows.values()]
    .filter(({ isUserInvocable }) => isUserInvocable)
    .map(({ slug }) => slug);
  return slugsWith(prefix, slugs);
}

/** Without memory no such reference leads anywhere. */
async function completeKnowledge(
  prefix: string,
  { knowledge }: InputSources,
): Promise<Completion[]> {
  return slugsWith(prefix, await knowledge?.list() ?? []);
}

async function slugsWith(prefix: string, slugs: readonly string[]): Promise<Completion[]> {
  const found = await firstMatching(prefix, (isMatch) => slugs.filter(isMatch));
  return found.sort(byBytes).map((value) => ({ value, is_dir: false }));
}

/** What begins with a text; where nothing does, what has its letters in their order. */
async function firstMatching<Found>(
  text: string,
  find: (isMatch: (name: string) => boolean) => Found[] | Promise<Found[]>,
): Promise<Found[]> {
  const beginning = await find((name) => name.startsWith(text));
  if (beginning.length > 0) return beginning;
  return await find((name) => hasInOrder(name.toLowerCase(), text.toLowerCase()));
}

function hasInOrder(name: string, letters: string): boolean {
  let from = 0;
  for (const letter of letters) {
    const at = name.indexOf(letter, from);
    if (at === -1) return false;
    from = at + letter.length;
  }
  return true;
}
