import { equal, rejects } from "../support/assert.ts";
import { parseScenario } from "../../lib/providers/scenario.ts";

const SOURCE = "s.toml";

/** Broken scenarios and what the error says about them. */
const BROKEN: [problem: string, toml: string, message: RegExp][] = [
  ["no TOML", 'answer = "', /^scenario s\.toml: .*(line|1:|string)/is],
  ["no answers", "loop = true", /^scenario s\.toml: answer: missing$/],
  [
    "an unknown key",
    "[[answer]]\ntexts = 'a'",
    /^scenario s\.toml: answer\.0\.texts: unknown key$/,
  ],
  ["a wrong type", "[[answer]]\ntext = 5", /^scenario s\.toml: answer\.0\.text: .*string.*5/],
  ["a wrong chunk", "[[answer]]\ntext = ['a', 5]", /^scenario s\.toml: answer\.0\.text/],
  ["a call without name", "[[answer]]\n[[answer.tool_call]]", /answer\.0\.tool_call\.0\.name: /],
  [
    "arguments that are neither table nor text",
    "[[answer]]\n[[answer.tool_call]]\nname = 'Read'\narguments = 5",
    /answer\.0\.tool_call\.0\.arguments: /,
  ],
  [
    "an id that placeholders cannot name",
    "[[answer]]\n[[answer.tool_call]]\nname = 'Read'\nid = 'a-1'",
    /tool_call\.0\.id: use letters, digits and _ only/,
  ],
  [
    "two calls of one name",
    "[[answer]]\n[[answer.tool_call]]\nname = 'A'\nid = 'x'\n" +
    "[[answer]]\n[[answer.tool_call]]\nname = 'B'\nid = 'x'",
    /answer\.1\.tool_call\.0\.id: another call is named 'x' already/,
  ],
  ["a negative wait", "[[answer]]\ndelay_ms = -1", /answer\.0\.delay_ms: /],
  ["a status that is none", "[[answer]]\nerror = { message = '', status = 200 }", /error\.status/],
  ["an open brace", "[[answer]]\ntext = 'a {{input'", /answer\.0\.text: a '\{\{' has no '\}\}'/],
  ["an empty placeholder", "[[answer]]\ntext = '{{}}'", /answer\.0\.text: cannot read ''/],
  [
    "a placeholder for no call",
    "[[answer]]\ntext = '{{fils.summary}}'\n[[answer.tool_call]]\nid = 'files'\nname = 'Glob'",
    /answer\.0\.text: no call is named 'fils' \(there are: files\)/,
  ],
  [
    "a placeholder deep in arguments",
    "[[answer]]\n[[answer.tool_call]]\nname = 'A'\narguments = { a = [{ b = '{{c.summary}}' }] }",
    /answer\.0\.tool_call\.0: no call is named 'c' \(there are: call_1_1\)/,
  ],
  [
    "an unknown property",
    "[[answer]]\ntext = '{{a.size}}'",
    /a result has no 'size'; it has: summary, content, first_line, line_count, preview/,
  ],
  ["a broken condition", "[[answer]]\nwhen = 'a b'", /answer\.0\.when: cannot read 'a b'/],
];

for (const [problem, toml, message] of BROKEN) {
  Deno.test(`a scenario with ${problem} is refused, naming the place`, async () => {
    await rejects(parseScenario(toml, SOURCE), { name: "ProviderError", message });
  });
}

Deno.test("what a scenario leaves out has its default", async () => {
  const { loop, answer: [answer] } = await parseScenario("[[answer]]", SOURCE);
  equal(loop, false);
  equal(answer?.repeat_text, 1);
  equal(answer?.delay_ms, 0);
  equal(answer?.chunk_delay_ms, 0);
  equal(answer?.stall, false);
  equal(answer?.text.length, 0);
});
