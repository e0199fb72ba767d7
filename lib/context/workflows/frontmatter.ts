import * as v from "valibot";
import { messageOf, PodError } from "../../base/mod.ts";
import { issueText } from "../../protocol/mod.ts";

const MISSING = "frontmatter is missing or document is empty: the file must begin with a line " +
  "`---`, lines such as `description: What it is for`, and another line `---`";

/** What is most often wrong with a value. */
const QUOTES = " (text with `: ` or special characters in it needs quotes around it)";

/** What stands between two lines `---` at the head of a file, and what follows. */
export interface SplitDocument {
  readonly yaml: string;
  readonly body: string;
}

/**
 * Parts a document from its frontmatter, which is not interpreted (spec 40 §9.1).
 *
 * @throws {PodError} `frontmatter`
 */
export function splitFrontmatter(text: string): SplitDocument {
  const [first = "", ...lines] = text.split("\n");
  if (!isFence(first)) throw frontmatterError(MISSING);
  const end = lines.findIndex(isFence);
  if (end === -1) throw frontmatterError("malformed frontmatter: missing closing `---` line");
  const yaml = lines.slice(0, end).map((line) => `${line}\n`).join("");
  return { yaml, body: lines.slice(end + 1).join("\n") };
}

/**
 * Reads frontmatter by a schema.
 *
 * @returns the values, and the keys that the schema does not name
 * @throws {PodError} `frontmatter`
 */
export async function parseFrontmatter<Schema extends v.ObjectSchema<v.ObjectEntries, undefined>>(
  yaml: string,
  schema: Schema,
): Promise<{ fields: v.InferOutput<Schema>; unknownKeys: string[] }> {
  const values = await parseYaml(yaml);
  const result = v.safeParse(schema, values);
  if (!result.success) {
    const [issue] = result.issues;
    const key = v.getDotPath(issue);
    if (issue.input !== undefined || key === null) throw malformed(issueText(result.issues));
    throw frontmatterError(`missing required frontmatter field: \`${key}\``);
  }
  const unknownKeys = Object.keys(values).filter((key) => !Object.hasOwn(schema.entries, key));
  return { fields: result.output, unknownKeys };
}

async function parseYaml(text: string): Promise<object> {
  const { parse } = await import("./yaml.ts");
  let values: unknown;
  try {
    // The line above it keeps the numbers of lines in errors those of the file.
    values = parse(`\n${text}`, { logLevel: "error" });
  } catch (error) {
    throw malformed(messageOf(error).replace(/:?\n[^]*/, "") + QUOTES);
  }
  if (values === null) return {};
  if (typeof values === "object" && !Array.isArray(values)) return values;
  throw malformed("it must be a list of `key: value` lines");
}

function isFence(line: string): boolean {
  return line === "---" || line === "---\r";
}

function malformed(why: string): PodError {
  return frontmatterError(`malformed frontmatter: ${why}`);
}

function frontmatterError(message: string): PodError {
  return new PodError("frontmatter", message);
}
