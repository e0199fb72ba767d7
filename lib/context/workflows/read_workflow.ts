import * as v from "valibot";
import { messageOf } from "../../base/mod.ts";
import { readTextFile } from "../text_file.ts";
import { parseFrontmatter, splitFrontmatter } from "./frontmatter.ts";
import { invalidSlug, isSlug } from "./slug.ts";
import {
  countChars,
  type Finding,
  MAX_DESCRIPTION_CHARS,
  type ReadWorkflow,
  type Workflow,
} from "./workflow.ts";

/** A key without a value is as good as none. */
const workflowFields = v.object({
  description: v.string(),
  /** The name of the next one as old files spell it. */
  model_invokation: v.nullish(v.boolean()),
  model_invocation: v.nullish(v.boolean()),
  user_invocable: v.nullish(v.boolean(), true),
  requires: v.nullish(v.array(v.string()), []),
  created_at: v.optional(v.unknown()),
  updated_at: v.optional(v.unknown()),
});

const skillFields = v.object({
  name: v.string(),
  description: v.string(),
  license: v.optional(v.unknown()),
  compatibility: v.optional(v.unknown()),
  metadata: v.optional(v.unknown()),
  "allowed-tools": v.optional(v.unknown()),
});

/** Of a file that was listed a moment ago. */
const LEADS_NOWHERE = "it is a link that leads nowhere: mend or remove it";

/** Reads a workflow, `<slug>.md` (spec 40 §9.2). */
export function readWorkflow(path: string, slug: string): Promise<ReadWorkflow> {
  return read(path, async (text, warn) => {
    if (!isSlug(slug)) {
      const why = `invalid workflow file name: ${invalidSlug(slug)}`;
      throw new Error(`${why}; rename the file, or keep it in another directory`);
    }
    const { yaml, body } = splitFrontmatter(text);
    const { fields, unknownKeys } = await parseFrontmatter(yaml, workflowFields);
    unknownKeys.forEach((key) => warn(`unknown frontmatter key \`${key}\` is ignored`));
    const { description, requires } = fields;
    const isResident = fields.model_invocation ?? fields.model_invokation ?? false;
    const chars = countChars(description);
    if (isResident && chars > MAX_DESCRIPTION_CHARS) {
      throw new Error(
        "Workflow with model_invokation: true cannot have description longer than " +
          `${MAX_DESCRIPTION_CHARS} chars (got ${chars})`,
      );
    }
    const isUserInvocable = fields.user_invocable;
    return { slug, kind: "workflow", description, body, isResident, isUserInvocable, requires };
  });
}

/** Reads a skill, `<directory>/SKILL.md` (spec 40 §9.3). */
export function readSkill(path: string, directoryName: string): Promise<ReadWorkflow> {
  return read(path, async (text, warn) => {
    const { yaml, body } = splitFrontmatter(text);
    const { fields, unknownKeys } = await parseFrontmatter(yaml, skillFields);
    const { name: slug, description } = fields;
    unknownKeys.forEach((key) => warn(`unknown frontmatter key \`${key}\` is ignored`));
    if (fields["allowed-tools"] !== undefined) warn("`allowed-tools` is not enforced");
    if (!isSlug(slug)) throw new Error(`invalid name: ${invalidSlug(slug)}`);
    if (slug !== directoryName) {
      throw new Error(`name \`${slug}\` is not that of the directory, \`${directoryName}\``);
    }
    const chars = countChars(description);
    if (description.trim() === "" || chars > MAX_DESCRIPTION_CHARS) {
      throw new Error(`description must have 1 to ${MAX_DESCRIPTION_CHARS} chars (got ${chars})`);
    }
    const common = { isResident: true, isUserInvocable: true, requires: [] };
    return { slug, kind: "skill", description, body, ...common };
  });
}

/** Reads a file; what `parse` throws is the error that it is reported with. */
async function read(
  path: string,
  parse: (text: string, warn: (message: string) => void) => Promise<Omit<Workflow, "path">>,
): Promise<ReadWorkflow> {
  const findings: Finding[] = [];
  const add = (level: Finding["level"]) => (message: string) =>
    void findings.push({ path, level, message });
  try {
    const workflow = { path, ...await parse(readTextFile(path), add("warning")) };
    return { workflow, findings };
  } catch (error) {
    add("error")(error instanceof Deno.errors.NotFound ? LEADS_NOWHERE : messageOf(error));
    return { workflow: null, findings };
  }
}
