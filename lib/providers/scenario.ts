import * as v from "valibot";
import { isJsonObject, type JsonObject, type JsonValue, messageOf } from "../base/mod.ts";
import { issueText } from "../protocol/mod.ts";
import { parseExpression, placeholdersIn, scenarioError, type Term } from "./placeholder.ts";

/** A text, or the pieces in which it is sent. */
const chunks = v.pipe(
  v.union([v.string(), v.array(v.string())]),
  v.transform((text) => typeof text === "string" ? [text] : text),
);
const count = v.pipe(v.number(), v.integer(), v.minValue(0));
const milliseconds = v.pipe(v.number(), v.minValue(0));

const callTable = v.strictObject({
  name: v.string(),
  /** What placeholders call it; also the call's id, with a number behind it if it is not the first. */
  id: v.exactOptional(v.pipe(v.string(), v.regex(/^\w+$/, "use letters, digits and _ only"))),
  /** A table, in whose texts placeholders are filled; or JSON text, sent exactly as it is written. */
  arguments: v.optional(v.union([v.custom<JsonObject>(isJsonObject, "no table"), chunks]), []),
});

const usageTable = v.strictObject({
  input_tokens: v.exactOptional(count),
  output_tokens: v.exactOptional(count),
  cache_read_tokens: v.exactOptional(count),
  cache_write_tokens: v.exactOptional(count),
});

const errorTable = v.strictObject({
  kind: v.optional(v.picklist(["api", "transport", "timeout", "broken", "config"]), "api"),
  message: v.string(),
  /** Of the response; without it an `api` error comes inside the stream. */
  status: v.exactOptional(v.pipe(count, v.minValue(400), v.maxValue(599))),
  code: v.exactOptional(v.string()),
  retry_after_ms: v.exactOptional(milliseconds),
  /** How much of the answer comes through first; at most everything but its proper end. */
  after_events: v.optional(count, 0),
});

const answerTable = v.strictObject({
  /** Expressions as in placeholders: without a value for `when`, or with one for `unless`, the answer is passed over. */
  when: v.exactOptional(v.string()),
  unless: v.exactOptional(v.string()),
  thinking: v.optional(chunks, []),
  text: v.optional(chunks, []),
  /** How often the text is sent. */
  repeat_text: v.optional(count, 1),
  tool_call: v.optional(v.array(callTable), []),
  usage: v.exactOptional(usageTable),
  /** Default: `tool_use` if there are tool calls, else `end_turn`. */
  stop_reason: v.exactOptional(
    v.picklist(["end_turn", "tool_use", "max_tokens", "stop_sequence", "refusal"]),
  ),
  /** The wait before the first event. */
  delay_ms: v.optional(milliseconds, 0),
  /** The wait between two deltas. */
  chunk_delay_ms: v.optional(milliseconds, 0),
  error: v.exactOptional(errorTable),
  /** The last block never ends; without any block, nothing ever comes. */
  stall: v.optional(v.boolean(), false),
});

const scenarioFile = v.strictObject({
  /** Whether the answers start over when they are used up. */
  loop: v.optional(v.boolean(), false),
  answer: v.array(answerTable),
});

/** What a scenario says to one request. */
export type ScenarioAnswer = v.InferOutput<typeof answerTable>;
/** A tool call in an answer. */
export type ScenarioCall = v.InferOutput<typeof callTable>;
/** How an answer fails. */
export type ScenarioFailure = v.InferOutput<typeof errorTable>;

/** What a scripted model says, answer by answer. */
export type Scenario = v.InferOutput<typeof scenarioFile> & {
  /** Where it comes from, for error texts. */
  readonly source: string;
};

/**
 * Reads a scenario:
 *
 * ```toml
 * [[answer]]
 * thinking = "Which files are there?"
 * [[answer.tool_call]]
 * id = "files"
 * name = "Glob"
 * arguments = { pattern = "*.md" }
 *
 * [[answer]]
 * text = ["The newest is ", "{{files.first_line ?? 'not there'}}."]
 * chunk_delay_ms = 20
 * ```
 *
 * @param source names the file in error texts.
 * @throws {ProviderError} not TOML, not a scenario, or a placeholder for no call in it.
 */
export async function parseScenario(text: string, source: string): Promise<Scenario> {
  const { parse } = await import("smol-toml");
  const toml = readToml(parse, text, source);
  const parsed = v.safeParse(scenarioFile, toml);
  if (!parsed.success) throw scenarioError(source, issueText(parsed.issues));
  const read = { ...parsed.output, source };
  checkCalls(read);
  return read;
}

/** The name of a call: its `id`, or made of the position of answer and call. */
export function callName(call: ScenarioCall, answer: number, index: number): string {
  return call.id ?? `call_${answer + 1}_${index + 1}`;
}

/** Where something stands in a scenario, for error texts. */
export function placeOf(scenario: Scenario, answer: number, part: string): string {
  return `${scenario.source}: answer.${answer}.${part}`;
}

/** The file as a JSON value: TOML's dates become texts. */
function readToml(parse: (text: string) => unknown, text: string, source: string): unknown {
  try {
    return JSON.parse(JSON.stringify(parse(text)));
  } catch (error) {
    throw scenarioError(source, messageOf(error).trim(), error);
  }
}

/** Every call has a name of its own, and placeholders speak of no other. */
function checkCalls(scenario: Scenario): void {
  const names = new Set<string>();
  for (const [index, answer] of scenario.answer.entries()) {
    for (const [number, call] of answer.tool_call.entries()) {
      const name = callName(call, index, number);
      if (names.has(name)) {
        const where = placeOf(scenario, index, `tool_call.${number}.id`);
        throw scenarioError(where, `another call is named '${name}' already`);
      }
      names.add(name);
    }
  }
  for (const { where, terms } of expressionsOf(scenario)) {
    for (const term of terms) {
      if (term.kind !== "result" || names.has(term.call)) continue;
      const known = [...names].join(", ") || "none";
      throw scenarioError(where, `no call is named '${term.call}' (there are: ${known})`);
    }
  }
}

interface Expression {
  readonly where: string;
  readonly terms: readonly Term[];
}

function* expressionsOf(scenario: Scenario): Generator<Expression> {
  for (const [index, answer] of scenario.answer.entries()) {
    for (const part of ["when", "unless"] as const) {
      const where = placeOf(scenario, index, part);
      const text = answer[part];
      if (text !== undefined) yield { where, terms: parseExpression(text, where) };
    }
    for (const part of ["thinking", "text"] as const) {
      yield* expressionsIn(answer[part], placeOf(scenario, index, part));
    }
    for (const [number, call] of answer.tool_call.entries()) {
      if (!isJsonObject(call.arguments)) continue;
      yield* expressionsIn(call.arguments, placeOf(scenario, index, `tool_call.${number}`));
    }
  }
}

/** Those of all texts in a value, however deep. */
function* expressionsIn(value: JsonValue, where: string): Generator<Expression> {
  if (typeof value === "string") {
    for (const terms of placeholdersIn(value, where)) yield { where, terms };
  } else if (typeof value === "object" && value !== null) {
    for (const part of Object.values(value)) yield* expressionsIn(part, where);
  }
}
