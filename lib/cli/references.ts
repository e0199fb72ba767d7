import { parseInput, type ReferenceCheck } from "../context/mod.ts";
import type { Host } from "../host/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import type { Completion, InputSegment } from "../protocol/mod.ts";
import { ask, connectPod, nameOf } from "./pod_connection.ts";

/**
 * An input for a pod in which what was typed is taken apart into text and references. What was piped in
 * is data: nothing in it is a reference.
 *
 * @param cwd where the pod works
 */
async function withReferences(
  input: readonly InputSegment[],
  cwd: string,
  isWorkflow: ReferenceCheck["isWorkflow"],
): Promise<InputSegment[]> {
  const check = { exists: (path: string) => exists(cwd, path), isWorkflow };
  const parts = await Promise.all(
    input.map((segment) =>
      segment.kind === "text" ? parseInput(segment.content, check) : [segment]
    ),
  );
  return parts.flat();
}

/** The same for a pod of this process. */
export function hostedReferences(
  { cwd, controller }: Host,
  input: readonly InputSegment[],
): Promise<InputSegment[]> {
  return withReferences(
    input,
    cwd,
    async (slug) => hasWorkflow(await controller.complete("workflow", slug), slug),
  );
}

/** The same for a live pod. */
export function liveReferences(
  client: PodClient,
  input: readonly InputSegment[],
): Promise<InputSegment[]> {
  const { cwd } = client.snapshot.data.greeting;
  return withReferences(input, cwd, (slug) => isLiveWorkflow(nameOf(client), slug));
}

/** Whether a user may invoke a workflow of this name with a live pod. */
async function isLiveWorkflow(podName: string, slug: string): Promise<boolean> {
  // A connection of its own: on another one somebody may be reading.
  using client = await connectPod(podName);
  const answer = await ask(
    client,
    { method: "list_completions", params: { kind: "workflow", prefix: slug } },
  );
  return answer.event === "completions" && hasWorkflow(answer.data.entries, slug);
}

/** Whether a workflow is among the completions of its own name. */
function hasWorkflow(completions: readonly Completion[], slug: string): boolean {
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
