import { PodError } from "../../base/mod.ts";
import type { SystemItem } from "../../protocol/mod.ts";
import { KnowledgeError, readRecord } from "./knowledge.ts";
import { loadWorkflows, type WorkflowSources } from "./load_workflows.ts";
import { invalidSlug, isSlug } from "./slug.ts";
import type { Workflow } from "./workflow.ts";

/**
 * What the model is shown of workflows that the user invokes: the knowledge that each requires, then the
 * workflow (spec 40 §9.5).
 *
 * @throws {PodError} `invalid_request` when one of them cannot be invoked.
 */
export async function invokeWorkflows(
  slugs: readonly string[],
  sources: WorkflowSources,
): Promise<SystemItem[]> {
  if (slugs.length === 0) return [];
  const { workflows } = await loadWorkflows(sources);
  const invoked = slugs.map((slug) => find(slug, workflows));
  return invoked.flatMap((workflow) => show(workflow, sources.knowledgeDirectory));
}

function find(slug: string, workflows: ReadonlyMap<string, Workflow>): Workflow {
  if (!isSlug(slug)) throw failed(`invalid workflow slug: ${invalidSlug(slug)}`);
  const workflow = workflows.get(slug);
  if (workflow === undefined) throw failed(`workflow /${slug} is not registered`);
  if (!workflow.isUserInvocable) throw failed(`workflow /${slug} is not user-invocable`);
  return workflow;
}

function show(workflow: Workflow, knowledgeDirectory: string | null): SystemItem[] {
  const { slug, kind, path, body, requires } = workflow;
  const knowledge = requires.map((required) => {
    const text = readKnowledge(required, knowledgeDirectory, slug);
    return `[Workflow /${slug} requires Knowledge #${required}]\n${text.trimEnd()}`;
  });
  // Skills name files that come with them.
  const place = kind === "skill" ? `[Directory: ${path.slice(0, path.lastIndexOf("/"))}]\n` : "";
  return [...knowledge, `[Workflow /${slug}]\n${place}${body.trimEnd()}`]
    .map((body) => ({ kind: "workflow", slug, body }));
}

function readKnowledge(required: string, directory: string | null, slug: string): string {
  const missing = `requires missing Knowledge slug \`${required}\``;
  if (directory === null) throw failed(`workflow /${slug} ${missing}`);
  try {
    return readRecord(directory, required).body;
  } catch (error) {
    if (!(error instanceof KnowledgeError)) throw error;
    const { code, message } = error;
    const why = code === "unreadable"
      ? `could not read required Knowledge \`${required}\`: ${message}`
      : code === "frontmatter"
      ? `required Knowledge \`${required}\` has invalid frontmatter: ${message}`
      : missing;
    throw failed(`workflow /${slug} ${why}`);
  }
}

function failed(why: string): PodError {
  return new PodError("invalid_request", `workflow invocation failed: ${why}`);
}
