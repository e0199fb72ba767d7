import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { compileOutputSchema } from "../../lib/cli/output_schema.ts";

const PERSON = JSON.stringify({
  type: "object",
  required: ["name", "born"],
  properties: { name: { type: "string" }, born: { type: "string", format: "date" } },
  additionalProperties: false,
});

Deno.test("a schema accepts an answer that meets it, in a code fence too", async () => {
  const schema = await compileOutputSchema(PERSON, "person.json");
  const value = { name: "Ada", born: "1815-12-10" };
  deepEqual(schema.check(JSON.stringify(value)), { ok: true, value });
  deepEqual(schema.check("```json\n" + JSON.stringify(value, null, 2) + "\n```"), {
    ok: true,
    value,
  });
});

Deno.test("a schema says everything that is wrong with an answer", async () => {
  const schema = await compileOutputSchema(PERSON, "person.json");
  const answer = schema.check('{"name":1,"born":"soon","age":3}');
  ok(!answer.ok);
  match(answer.problem, /answer\/name must be string/);
  match(answer.problem, /answer\/born must match format "date"/);
  match(answer.problem, /must NOT have additional properties/);
  const text = schema.check("Ada was born in 1815.");
  ok(!text.ok);
  match(text.problem, /the answer is not JSON/);
});

Deno.test("draft-07 and 2020-12 schemas mean what their drafts say", async () => {
  const tuple = [{ type: "string" }, { type: "number" }];
  const draft7 = await compileOutputSchema(
    JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", items: tuple }),
    "draft7.json",
  );
  const draft2020 = await compileOutputSchema(JSON.stringify({ prefixItems: tuple }), "new.json");
  for (const schema of [draft7, draft2020]) {
    equal(schema.check('["a",1]').ok, true);
    equal(schema.check('["a","b"]').ok, false);
  }
});

Deno.test("what is no schema is refused with its file name", async () => {
  await rejects(compileOutputSchema("{", "a.json"), /--output-schema a\.json: not valid JSON/);
  await rejects(compileOutputSchema("[]", "b.json"), /b\.json: a JSON Schema must be an object/);
  await rejects(compileOutputSchema('{"type":"objekt"}', "c.json"), /c\.json: schema is invalid/);
});
