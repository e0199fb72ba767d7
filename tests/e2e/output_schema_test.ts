import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { reportOf } from "../support/run_output.ts";

const SCHEMA = JSON.stringify({
  type: "object",
  properties: { city: { type: "string" }, people: { type: "integer" } },
  required: ["city", "people"],
});
const GOOD = '{"city":"Basel","people":178000}';
const BAD = '{"city":"Basel","people":"many"}';

async function ask(answers: readonly Answer[], output: string) {
  await using server = startModelServer(answers);
  await using workspace = await Workspace.create({ "schema.json": SCHEMA });
  const finished = await workspace.run(
    ["run", "-o", output, "--output-schema", "schema.json", "How big is Basel?"],
    { env: anthropicAt(server) },
  );
  return { ...finished, requests: server.requests };
}

Deno.test("an answer that meets the schema comes as a value, and the model knew the schema", async () => {
  const finished = await ask([{ text: GOOD }], "json");
  const { result, text, structured } = reportOf(finished);
  deepEqual([result, text], ["finished", GOOD]);
  deepEqual(structured, { city: "Basel", people: 178000 });
  ok(
    JSON.stringify(finished.requests[0]?.body.system).includes(JSON.stringify(SCHEMA).slice(1, -1)),
  );
});

Deno.test("a wrong answer is sent back once, with the validator's words", async () => {
  const finished = await ask([{ text: BAD }, { text: GOOD }], "json");
  const { structured, turns, usage } = reportOf(finished);
  deepEqual(structured, { city: "Basel", people: 178000 });
  deepEqual([turns, usage.llm_calls], [2, 2]);
  const messages = finished.requests[1]?.body.messages as unknown[];
  match(JSON.stringify(messages.at(-1)), /answer\/people must be integer/);
});

Deno.test("a second wrong answer fails the run", async () => {
  const finished = await ask([{ text: BAD }, { text: "I do not know." }], "json");
  const { result, exit_code, structured, error } = reportOf(finished);
  deepEqual([result, exit_code, structured], ["failed", 1, null]);
  equal(error?.code, "output_schema");
  match(error?.message ?? "", /not JSON/);
  equal(finished.requests.length, 2);
});

Deno.test("text: only the value is printed, whatever the model says around it", async () => {
  const { code, stdout } = await ask([
    { text: "Let me see.", toolCalls: [{ name: "Glob", input: { pattern: "*" } }] },
    { text: `\`\`\`json\n${GOOD}\n\`\`\`` },
  ], "text");
  deepEqual([code, stdout], [0, `${GOOD}\n`]);
});

Deno.test("text: a run that fails its schema prints no value", async () => {
  const { code, stdout, stderr } = await ask([{ text: BAD }, { text: BAD }], "text");
  deepEqual([code, stdout], [1, ""]);
  match(stderr, /pod: error: the final answer does not meet the output schema: .*must be integer/);
});
