import * as v from "valibot";
import { issueText } from "../../lib/protocol/mod.ts";
import { equal } from "../support/assert.ts";

const schema = v.strictObject({ name: v.string(), parts: v.array(v.object({ size: v.number() })) });

function problem(value: unknown): string {
  const { issues } = v.safeParse(schema, value);
  if (issues === undefined) throw new Error("there is nothing wrong with it");
  return issueText(issues);
}

Deno.test("an issue is told with the place, in words that a person understands", () => {
  equal(problem({ parts: [] }), "name: missing");
  equal(problem({ name: "n", parts: [{}] }), "parts.0.size: missing");
  equal(problem({ name: "n", parts: [], colour: "red" }), "colour: unknown key");
  equal(
    problem({ name: undefined, parts: [] }),
    "name: Invalid type: Expected string but received undefined",
  );
  equal(
    problem({ name: "n", parts: [{ size: "2" }] }),
    'parts.0.size: Invalid type: Expected number but received "2"',
  );
  equal(problem(7), "Invalid type: Expected Object but received 7");
});
