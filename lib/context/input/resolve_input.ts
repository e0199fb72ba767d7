import type { Addition } from "../../agent/mod.ts";
import { byteLength, PodError, truncateBytes } from "../../base/mod.ts";
import {
  type InputSegment,
  isKnownSegment,
  type SystemItem,
  textMessage,
} from "../../protocol/mod.ts";
import { OutsideScopeError } from "../../tools/mod.ts";
import { invokeWorkflows } from "../workflows/invoke.ts";
import { type Knowledge, KnowledgeError, type KnowledgeFault } from "../workflows/knowledge.ts";
import type { WorkflowSources } from "../workflows/load_workflows.ts";
import { fileAttachment, type FileReferenceOptions, withRemark } from "./file_reference.ts";

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
  /** @default there is no memory, and thus no knowledge to refer to */
  readonly knowledge?: Knowledge;
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
  const paths = new Set(ofKind(segments, "file_ref").map(({ path }) => path));
  const records = new Set(ofKind(segments, "knowledge_ref").map(({ slug }) => slug));
  const lookUps = [
    ...[...paths].map((path) => () => lookUpFile(path, sources)),
    ...[...records].map((slug) => () => lookUpKnowledge(slug, sources)),
  ];
  const items: SystemItem[] = [];
  const warnings: string[] = [];
  for (const lookUp of lookUps) {
    signal.throwIfAborted();
    const found = await lookUp();
    if (typeof found === "string") warnings.push(found);
    else items.push(found);
  }
  signal.throwIfAborted();
  if (!segments.every(isKnownSegment)) {
    warnings.push(
      "received unknown segment kind from a newer client; passed to LLM as placeholder",
    );
  }
  return { additions: [...items, ...workflows].map(addition), warnings };
}

/** What the model is shown of a reference, or the warning that it leads nowhere. */
type Found = Promise<SystemItem | string>;

const HOW_TO_ALLOW =
  "; start the pod with --allow-read for its directory, or copy it to where the pod works";

async function lookUpFile(path: string, sources: InputSources): Found {
  try {
    return { kind: "file_attachment", path, body: await fileAttachment(path, sources) };
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    const help = error instanceof OutsideScopeError ? HOW_TO_ALLOW : "";
    return `file ref @${path} could not be resolved: ${error.message}${help}`;
  }
}

const KNOWLEDGE_FAULTS: Readonly<Record<KnowledgeFault, string>> = {
  invalid_slug: "has invalid slug",
  missing: "could not be read",
  unreadable: "could not be read",
  frontmatter: "has invalid frontmatter",
  not_for_users: "is not for users to refer to",
};

async function lookUpKnowledge(slug: string, { knowledge, maxBytes }: InputSources): Found {
  const reference = `knowledge ref #${slug}`;
  if (knowledge === undefined) {
    return `${reference} cannot be resolved because memory is disabled; passed to LLM as placeholder`;
  }
  try {
    const text = (await knowledge.read(slug)).trimEnd();
    const shown = truncateBytes(text, maxBytes);
    const body = shown === text ? text : withRemark(shown, byteLength(text));
    return { kind: "knowledge", slug, body: `[Knowledge #${slug}]\n${body}` };
  } catch (error) {
    if (!(error instanceof KnowledgeError)) throw error;
    return `${reference} ${KNOWLEDGE_FAULTS[error.code]}: ${error.message}`;
  }
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
