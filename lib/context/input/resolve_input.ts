import type { Addition } from "../../agent/mod.ts";
import { PodError } from "../../base/mod.ts";
import {
  type InputSegment,
  isKnownSegment,
  type SystemItem,
  textMessage,
} from "../../protocol/mod.ts";
import { invokeWorkflows } from "../workflows/invoke.ts";
import type { WorkflowSources } from "../workflows/load_workflows.ts";
import { fileAttachment, type FileReferenceOptions } from "./file_reference.ts";

/** What a user's input comes with, beside its text. */
export interface ResolvedInput {
  /** What it refers to, in the order in which the model is shown it, behind the input. */
  readonly additions: readonly Addition[];
  /** References that lead nowhere, as the user is told of them. */
  readonly warnings: readonly string[];
}

/** What an input is looked up with. */
export interface InputSources extends FileReferenceOptions {
  /** Read anew for each input that invokes one. */
  readonly workflows: WorkflowSources;
}

type SegmentOf<Kind extends InputSegment["kind"]> = Extract<InputSegment, { kind: Kind }>;

/**
 * Looks up what an input refers to: files, then knowledge, then workflows (spec 40 §2). A reference that
 * leads nowhere costs a warning; its text stays in the input. Whatever is named twice comes once.
 *
 * @throws {PodError} `invalid_request` when a workflow cannot be invoked: improvising is not what the user
 * has asked for.
 * @throws the signal's reason when it is aborted.
 */
export async function resolveInput(
  segments: readonly InputSegment[],
  sources: InputSources,
  signal: AbortSignal,
): Promise<ResolvedInput> {
  const slugs = new Set(ofKind(segments, "workflow_invoke").map(({ slug }) => slug));
  const workflows = await invokeWorkflows([...slugs], sources.workflows);
  const additions: Addition[] = [];
  const warnings = new Set<string>();
  for (const path of new Set(ofKind(segments, "file_ref").map(({ path }) => path))) {
    signal.throwIfAborted();
    try {
      const body = await fileAttachment(path, sources);
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
  return { additions: [...additions, ...workflows.map(addition)], warnings: [...warnings] };
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
