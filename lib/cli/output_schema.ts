import { isJsonObject, type JsonValue, messageOf, PodError } from "../base/mod.ts";

/** What a final answer says, or why it does not meet its schema. */
export type StructuredAnswer =
  | { readonly ok: true; readonly value: JsonValue }
  | { readonly ok: false; readonly problem: string };

/** A JSON Schema that final answers are held against. */
export interface OutputSchema {
  /** The schema as text, for the model. */
  readonly text: string;
  check(answer: string): StructuredAnswer;
}

/**
 * Compiles a JSON Schema (2020-12, or draft-07 where `$schema` says so).
 *
 * @throws {PodError} `usage` if the text is no valid schema.
 */
export async function compileOutputSchema(text: string, source: string): Promise<OutputSchema> {
  const fail = (detail: string) => new PodError("usage", `--output-schema ${source}: ${detail}`);
  let schema: unknown;
  try {
    schema = JSON.parse(text);
  } catch (error) {
    throw fail(`not valid JSON: ${messageOf(error)}`);
  }
  if (!isJsonObject(schema)) throw fail("a JSON Schema must be an object");
  const { createValidator } = await import("./schema_validator.ts");
  const validator = createValidator(String(schema.$schema).includes("draft-07"));
  let validate: ReturnType<typeof validator.compile>;
  try {
    validate = validator.compile(schema);
  } catch (error) {
    throw fail(messageOf(error));
  }
  return {
    text: JSON.stringify(schema),
    check(answer) {
      let value: JsonValue;
      try {
        value = JSON.parse(withoutFence(answer));
      } catch (error) {
        return { ok: false, problem: `the answer is not JSON: ${messageOf(error)}` };
      }
      if (validate(value)) return { ok: true, value };
      return {
        ok: false,
        problem: validator.errorsText(validate.errors, { dataVar: "answer", separator: "; " }),
      };
    },
  };
}

/** Models like to put JSON into a code fence, whatever they are told. */
function withoutFence(answer: string): string {
  return answer.trim().match(/^```(?:json)?\s*\n([\s\S]*?)\n?```$/)?.[1] ?? answer;
}
