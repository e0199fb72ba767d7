import { type JsonSchema, toJsonSchema } from "@valibot/to-json-schema";
import * as v from "valibot";
import { type Tool, type ToolContext, ToolError, type ToolOutput } from "../agent/mod.ts";
import type { JsonObject } from "../base/mod.ts";

/** A schema for tool arguments: an object with named fields. */
export type InputSchema = v.ObjectSchema<v.ObjectEntries, undefined>;

/** What {@link defineTool} makes a tool of. */
export interface ToolSource<Schema extends InputSchema> {
  readonly name: string;
  /** What the model is told: what the tool does and when to take it. */
  readonly description: string;
  readonly input: Schema;
  /** See {@link Tool.inOrder}. */
  readonly inOrder?: boolean;
  /** @throws {ToolError} when it cannot do what was asked. */
  execute(input: v.InferOutput<Schema>, context: ToolContext): Promise<ToolOutput>;
}

/** An optional counter, as tools take it: a whole number from 0, or null; `initial` when it is not given. */
export function optionalCount(description: string, initial: number) {
  return v.nullish(
    v.pipe(v.number(), v.integer(), v.minValue(0), v.description(description)),
    initial,
  );
}

/**
 * A tool whose arguments are checked against `input` before it runs (spec 50 §1.2). The JSON Schema
 * that the model sees is derived from the same schema, once, when it is first asked for.
 */
export function defineTool<const Schema extends InputSchema>(source: ToolSource<Schema>): Tool {
  let inputSchema: JsonObject | undefined;
  return {
    name: source.name,
    description: source.description,
    inOrder: source.inOrder ?? false,
    get inputSchema() {
      return inputSchema ??= describeInput(source.input);
    },
    async execute(input, context) {
      return await source.execute(parseInput(source.name, source.input, input), context);
    },
  };
}

function parseInput<Schema extends InputSchema>(name: string, schema: Schema, input: JsonObject) {
  const result = v.safeParse(schema, input);
  if (result.success) return result.output;
  const detail = result.issues.map(describeIssue).join("; ");
  throw new ToolError("Invalid argument", `invalid ${name} input: ${detail}`);
}

/** `limit: Invalid type: …`; the text about a missing field names it already. */
function describeIssue(issue: v.BaseIssue<unknown>): string {
  const path = v.getDotPath(issue);
  return path === null || issue.received === "undefined"
    ? issue.message
    : `${path}: ${issue.message}`;
}

function describeInput(schema: InputSchema): JsonObject {
  const { $schema: _, required = [], ...described } = toJsonSchema(schema, {
    typeMode: "input",
    overrideSchema: ({ jsonSchema }) => nullAsType(jsonSchema),
  });
  // Readers of older drafts take no empty list.
  return { ...described, ...(required.length > 0 && { required }) } as JsonObject;
}

/** Rewrites `anyOf: [X, null]` as X with the type `[…, "null"]`, the form that every model API takes. */
function nullAsType({ anyOf, ...rest }: JsonSchema): JsonSchema | undefined {
  const [value, nothing] = anyOf ?? [];
  if (typeof value !== "object" || typeof value.type !== "string") return undefined;
  if (typeof nothing !== "object" || nothing.type !== "null") return undefined;
  const nullable: JsonSchema = { ...value, type: [value.type, "null"], ...rest };
  return value.enum === undefined ? nullable : { ...nullable, enum: [...value.enum, null] };
}
