import { renderSystemPrompt } from "../../lib/context/mod.ts";
import { equal, match, ok } from "../support/assert.ts";

const FACTS = {
  cwd: "/work",
  scopeSummary: "Readable:\n  - /work\nWritable:\n  - /work",
  language: "English",
  now: new Date("2026-02-03T23:59:00Z"),
};

Deno.test("the built-in instructions come first, then environment and boundaries", () => {
  const prompt = renderSystemPrompt(FACTS);
  ok(prompt.startsWith("You are "));
  match(prompt, /\n---\n## Environment\n\nWorking directory: \/work\n/);
  match(prompt, /2026-02-03/);
  ok(prompt.endsWith("---\n## Working boundaries\n\n" + FACTS.scopeSummary));
});

Deno.test("own instructions replace the built-in ones and lose no facts", () => {
  const prompt = renderSystemPrompt({ ...FACTS, instructions: "Be brief.\n\n" });
  equal(
    prompt,
    "Be brief.\n\n---\n## Environment\n\nWorking directory: /work\n" +
      "Today's date: 2026-02-03 (UTC)\nLanguage: English\n\n" +
      "---\n## Working boundaries\n\n" + FACTS.scopeSummary,
  );
});

Deno.test("an output schema is the last thing said", () => {
  const prompt = renderSystemPrompt({ ...FACTS, outputSchema: '{"type":"object"}' });
  match(prompt, /## Form of the final answer\n\n[^]*\{"type":"object"\}$/);
});
