import type { ToolResultItem } from "../protocol/mod.ts";
import { ModelError } from "./model.ts";
import { ProviderError } from "./provider_error.ts";

/**
 * One thing that a placeholder may stand for. `{{files.first_line ?? 'nothing'}}` has two terms; the
 * first one with a value wins.
 */
export type Term =
  | { readonly kind: "literal"; readonly text: string }
  | { readonly kind: "input" }
  | { readonly kind: "result"; readonly call: string; readonly property: string };

/** What placeholders are filled with. */
export interface Facts {
  /** What the user said last, or undefined. */
  readonly input: string | undefined;
  /** The newest result of each call, under the name that the scenario gives the call. */
  readonly results: ReadonlyMap<string, ToolResultItem>;
}

const PREVIEW_LINES = 8;
const PREVIEW_LINE_LENGTH = 120;

const PROPERTIES: Readonly<Record<string, (result: ToolResultItem) => string | undefined>> = {
  summary: (result) => result.summary,
  content: (result) => result.content,
  first_line: ({ content }) => content === undefined ? undefined : linesOf(content)[0],
  line_count: ({ content }) => content === undefined ? undefined : `${linesOf(content).length}`,
  preview: ({ content }) => content === undefined ? undefined : preview(content),
};

const PLACEHOLDER = /\{\{(.*?)\}\}/gs;
const TERM = /^(?:'(?<literal>[^']*)'|(?<input>input)|(?<call>\w+)\.(?<property>\w+))$/;

/**
 * Reads what stands between the braces: terms joined by `??`. A term is `input` (the user's text),
 * `call.property` (of an earlier result) or `'text'`.
 *
 * @param where names the place in the scenario, for the error.
 * @throws {ProviderError} when it is not such an expression.
 */
export function parseExpression(text: string, where: string): Term[] {
  return text.split("??").map((part) => {
    const groups = TERM.exec(part.trim())?.groups;
    if (groups === undefined) {
      throw scenarioError(
        where,
        `cannot read '${part.trim()}': write call.property, input or 'text'`,
      );
    }
    const { literal, input, call = "", property = "" } = groups;
    if (literal !== undefined) return { kind: "literal", text: literal };
    if (input !== undefined) return { kind: "input" };
    if (!Object.hasOwn(PROPERTIES, property)) {
      const known = Object.keys(PROPERTIES).join(", ");
      throw scenarioError(where, `a result has no '${property}'; it has: ${known}`);
    }
    return { kind: "result", call, property };
  });
}

/** The first value among `terms` that is there and not empty; a literal always counts. */
export function evaluate(terms: readonly Term[], facts: Facts): string | undefined {
  for (const term of terms) {
    if (term.kind === "literal") return term.text;
    const value = term.kind === "input" ? facts.input : resultValue(term, facts);
    if (value) return value;
  }
  return undefined;
}

/**
 * The expressions of a text's placeholders.
 *
 * @throws {ProviderError} when one is malformed or not closed.
 */
export function placeholdersIn(text: string, where: string): Term[][] {
  if (text.replaceAll(PLACEHOLDER, "").includes("{{")) {
    throw scenarioError(where, "a '{{' has no '}}'");
  }
  return [...text.matchAll(PLACEHOLDER)].map(([, expression = ""]) =>
    parseExpression(expression, where)
  );
}

/**
 * The text with its placeholders filled in.
 *
 * @throws {ModelError} of kind `config` when one stands for nothing.
 */
export function fillPlaceholders(text: string, facts: Facts, where: string): string {
  return text.replaceAll(PLACEHOLDER, (placeholder, expression: string) => {
    const value = evaluate(parseExpression(expression, where), facts);
    if (value !== undefined) return value;
    throw new ModelError(
      "config",
      `Config error: ${where}: ${placeholder} stands for nothing here; add ?? 'text'`,
    );
  });
}

/** The error for a scenario that cannot be played. */
export function scenarioError(where: string, detail: string, cause?: unknown): ProviderError {
  return new ProviderError("scenario", `scenario ${where}: ${detail}`, { cause });
}

function resultValue(
  term: { readonly call: string; readonly property: string },
  facts: Facts,
): string | undefined {
  const result = facts.results.get(term.call);
  return result === undefined ? undefined : PROPERTIES[term.property]?.(result);
}

function linesOf(content: string): string[] {
  const lines = content.split("\n");
  if (lines.at(-1) === "") lines.pop();
  return lines;
}

/** The beginning of a content, small enough to be quoted. */
function preview(content: string): string {
  return linesOf(content)
    .slice(0, PREVIEW_LINES)
    .map((line) =>
      line.length > PREVIEW_LINE_LENGTH ? `${line.slice(0, PREVIEW_LINE_LENGTH)}…` : line
    )
    .join("\n");
}
