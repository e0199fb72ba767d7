import type { Addition } from "../../agent/mod.ts";
import { PodError } from "../../base/mod.ts";
import {
  type InputSegment,
  isKnownSegment,
  type SystemItem,
  textMessage,
} from "../../protocol/mod.ts";
import { fileAttachment, type FileReferenceOptions } from "./file_reference.ts";

/** What a user's input comes with, beside its text. */
export interface ResolvedInput {
  /** What it refers to, in the order in which the model is shown it, behind the input. */
  readonly additions: readonly Addition[];
  /** References that lead nowhere, as the user is told of them. */
  readonly warnings: readonly string[];
}

type SegmentOf<Kind extends InputSegment["kind"]> = Extract<InputSegment, { kind: Kind }>;

/**
 * Looks up what an input refers to: files, then knowledge (spec 40 §2). A reference that leads nowhere
 * costs a warning; its text stays in the input. Whatever is named twice comes once.
 *
 * @throws the signal's reason when it is aborted.
 */
export async function resolveInput(
  segments: readonly InputSegment[],
  options: FileReferenceOptions,
  signal: AbortSignal,
): Promise<ResolvedInput> {
  const additions: Addition[] = [];
  const warnings = new Set<string>();
  for (const path of new Set(ofKind(segments, "file_ref").map(({ path }) => path))) {
    signal.throwIfAborted();
    try {
      const body = await fileAttachment(path, options);
      additions.push(addition({ kind: "file_attachment", path, body }));
    } catch (error) {
      if (!(error instanceof PodError)) throw error;
      warnings.add(`file ref @${path} could not be resolved: ${error.message}`);
    }
  }
  signal.throwIfAborted();
  for (const { slug } of ofKind(segments, "knowledge_ref")) {
    const why = "cannot be resolved because memory is disabled; passed to LLM as placeholder";
    warnings.add(`knowledge ref #${slug} ${why}`);
  }
  if (!segments.every(isKnownSegment)) {
    warnings.add("received unknown segment kind from a newer client; passed to LLM as placeholder");
  }
  return { additions, warnings: [...warnings] };
}

/** A system item, and the message that the model reads. */
function addition(note: SystemItem): Addition {
  return { item: textMessage("system", note.body), note };
}

function ofKind<Kind extends InputSegment["kind"]>(
  segments: readonly InputSegment[],
  kind: Kind,
): SegmentOf<Kind>[] {
  return segments.filter((segment): segment is SegmentOf<Kind> => segment.kind === kind);
}
