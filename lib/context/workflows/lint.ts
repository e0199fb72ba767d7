import { messageOf } from "../../base/mod.ts";
import { loadWorkflows, type WorkflowSources } from "./load_workflows.ts";
import { countChars, type Finding, type Workflow } from "./workflow.ts";

const MAX_BODY_CHARS = 8000;

/**
 * All that is wrong with workflows and skills, also what does not keep them from being used (spec 40
 * §9.2).
 */
export async function lintWorkflows(sources: WorkflowSources): Promise<Finding[]> {
  const { workflows, findings } = await loadWorkflows(sources);
  const own = [...workflows.values()].filter(({ kind }) => kind === "workflow");
  return [...findings, ...own.flatMap((workflow) => lint(workflow, sources.knowledgeDirectory))];
}

function lint({ path, body, requires }: Workflow, knowledge: string | null): Finding[] {
  const chars = countChars(body);
  const messages = chars > MAX_BODY_CHARS
    ? [`body exceeds the Workflow size limit: ${chars} chars > ${MAX_BODY_CHARS}`]
    : [];
  for (const slug of requires) {
    try {
      if (knowledge !== null && Deno.statSync(`${knowledge}/${slug}.md`).isFile) continue;
      messages.push(unknownKnowledge(slug));
    } catch (error) {
      messages.push(
        error instanceof Deno.errors.NotFound
          ? unknownKnowledge(slug)
          : `malformed frontmatter: failed to scan existing Knowledge records: ${messageOf(error)}`,
      );
    }
  }
  return messages.map((message) => ({ path, level: "warning", message }));
}

function unknownKnowledge(slug: string): string {
  return `\`requires\` references unknown knowledge slug \`${slug}\``;
}
