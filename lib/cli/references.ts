import { parseInput, type ReferenceCheck } from "../context/mod.ts";
import type { Host } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import type { Completion, InputSegment } from "../protocol/mod.ts";
import { ask, connectPod } from "./pod_connection.ts";

/**
 * An input for a pod in which what was typed is taken apart into text and references. What was piped in
 * is data: nothing in it is a reference.
 *
 * @param cwd where the pod works
 */
async function withReferences(
  input: readonly InputSegment[],
  cwd: string,
  isKnown: ReferenceCheck["isKnown"],
): Promise<InputSegment[]> {
  const check = { exists: (path: string) => exists(cwd, path), isKnown };
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
): Promise<InputSegment[]> {
  return withReferences(
    input,
    cwd,
    async (kind, slug) => isAmong(await controller.complete(kind, slug), slug),
  );
}

/** The same for a live pod. */
export async function liveReferences(
  { snapshot }: PodClient,
  input: readonly InputSegment[],
): Promise<InputSegment[]> {
  const { cwd, pod_name } = snapshot.data.greeting;
  // A connection of its own, made when it is needed: on the other one somebody may be reading.
  let client: PodClient | undefined;
  try {
    return await withReferences(input, cwd, async (kind, prefix) => {
      client ??= await connectPod(pod_name);
      const method = { method: "list_completions" as const, params: { kind, prefix } };
      const answer = await ask(client, method);
      return answer.event === "completions" && isAmong(answer.data.entries, prefix);
    });
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
