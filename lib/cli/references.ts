import { parseInput, type ReferenceCheck } from "../context/mod.ts";
import type { Host } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import type { Completion, InputSegment } from "../protocol/mod.ts";
import { ask, connectPod } from "./pod_connection.ts";

const NO_PATH = "names no file or directory, as seen from where the pod works";
const NO_WORKFLOW =
  "names no workflow or skill that you can invoke, see `pod workflows` and `pod skills`";

/** Where and how references are looked up. */
interface Place extends Pick<ReferenceCheck, "isKnown"> {
  /** Where the pod works. */
  readonly cwd: string;
  /** Told of what looks like a reference and is none. */
  readonly warn: (message: string) => void;
}

/**
 * An input for a pod in which what was typed is taken apart into text and references. What was piped in
 * is data: nothing in it is a reference.
 */
async function withReferences(
  input: readonly InputSegment[],
  { cwd, isKnown, warn }: Place,
): Promise<InputSegment[]> {
  const check = {
    exists: (path: string) => exists(cwd, path),
    isKnown,
    onDangling: (word: string) =>
      warn(`\`${word}\` ${word.startsWith("@") ? NO_PATH : NO_WORKFLOW}; it stays plain text`),
  };
  const parts: InputSegment[] = [];
  for (const segment of input) {
    parts.push(
      ...segment.kind === "text" ? await parseInput(segment.content, check) : [segment],
    );
  }
  return parts;
}

/** The same for a pod of this process. */
export function hostedReferences(
  { cwd, controller }: Host,
  input: readonly InputSegment[],
  warn: Place["warn"],
): Promise<InputSegment[]> {
  return withReferences(input, {
    cwd,
    isKnown: async (kind, slug) => isAmong(await controller.complete(kind, slug), slug),
    warn,
  });
}

/** The same for a live pod. */
export async function liveReferences(
  { snapshot }: PodClient,
  input: readonly InputSegment[],
  warn: Place["warn"],
): Promise<InputSegment[]> {
  const { cwd, pod_name } = snapshot.data.greeting;
  // A connection of its own, made when it is needed: on the other one somebody may be reading.
  let client: PodClient | undefined;
  const isKnown: Place["isKnown"] = async (kind, prefix) => {
    client ??= await connectPod(pod_name);
    const method = { method: "list_completions" as const, params: { kind, prefix } };
    const answer = await ask(client, method);
    return answer.event === "completions" && isAmong(answer.data.entries, prefix);
  };
  try {
    return await withReferences(input, { cwd, isKnown, warn });
  } finally {
    client?.close();
  }
}

/** Whether a slug is among the completions of itself. */
function isAmong(completions: readonly Completion[], slug: string): boolean {
  return completions.some(({ value }) => value === slug);
}

/** A broken link is there, too: that it leads nowhere is for the pod to say. */
async function exists(cwd: string, path: string): Promise<boolean> {
  try {
    await Deno.lstat(path.startsWith("/") ? path : `${cwd}/${path}`);
    return true;
  } catch {
    // Whatever keeps it from being looked at, the word is no path that one would want to show.
    return false;
  }
}
