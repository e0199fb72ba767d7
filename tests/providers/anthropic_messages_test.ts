import { deepEqual, equal } from "node:assert/strict";
import type { Item } from "../../lib/protocol/mod.ts";
import { anthropicMessages, cachedPrefixes } from "../../lib/providers/anthropic_messages.ts";
import { resolvedModel, said } from "../support/model_calls.ts";

const CLAUDE = resolvedModel("anthropic", "https://api.anthropic.com");
const MARK = { type: "ephemeral" };
const call = (call_id: string, text = "{}"): Item => ({
  kind: "tool_call",
  call_id,
  name: "Read",
  arguments: text,
});
const result = (call_id: string): Item => ({ kind: "tool_result", call_id, summary: "done" });

/** The messages, and for each marked block its text or id. */
function marked(items: Item[], anchor?: number, limit = 4) {
  const messages = anthropicMessages(items, cachedPrefixes(items, anchor, limit), CLAUDE);
  const marks = messages.flatMap(({ content }) =>
    (typeof content === "string" ? [] : content)
      .filter((block) => "cache_control" in block && block.cache_control)
      .map((block) => "text" in block ? block.text : block.type)
  );
  return { messages, marks };
}

const FINISHED = [said("user", "one"), said("assistant", "first")];

Deno.test("20.13-30 breakpoints: where they stand", () => {
  const [one] = FINISHED as [Item];
  deepEqual(marked([one]).marks, ["one"]);
  deepEqual(marked([...FINISHED, said("user", "two")]).marks, ["first", "two"]);
  deepEqual(marked([...FINISHED, said("user", "two")], 0).marks, ["one", "first", "two"]);
  deepEqual(marked([said("system", "summary"), said("user", "two")], 0).marks, ["summary", "two"]);
  deepEqual(marked([one], 99).marks, ["one"]);
  deepEqual(marked([one], -1).marks, ["one"]);
  deepEqual(marked([one, call("c"), result("c")]).marks, ["tool_result"]);
  deepEqual(marked([], 0).marks, []);
});

Deno.test("20.13-30 breakpoints: a marked text is an array, an unmarked one a string", () => {
  deepEqual(marked([...FINISHED, said("user", "two")]).messages, [
    { role: "user", content: "one" },
    { role: "assistant", content: [{ type: "text", text: "first", cache_control: MARK }] },
    { role: "user", content: [{ type: "text", text: "two", cache_control: MARK }] },
  ]);
});

Deno.test("20.12-W29 breakpoints keep to the limit, never to thinking or blank text", () => {
  const items = [...FINISHED, said("user", "two")];
  deepEqual(marked(items, 0, 2).marks, ["first", "two"]);
  deepEqual(marked(items, 0, 0).marks, []);
  const thought: Item = { kind: "reasoning", text: "hm", signature: "S" };
  deepEqual(marked([said("user", "one"), said("assistant", "said"), thought]).marks, ["said"]);
  deepEqual(marked([said("user", "one"), said("assistant", " \n")]).messages, [
    { role: "user", content: [{ type: "text", text: "one", cache_control: MARK }] },
  ]);
});

Deno.test("20.13-31 one answer is one message; unsigned reasoning is left out", () => {
  const answer: Item[] = [
    { kind: "reasoning", text: "signed", signature: "S" },
    { kind: "reasoning", text: "signed elsewhere", signature: "S", scheme: "gemini" },
    { kind: "reasoning", text: "", encrypted_content: "ENC" },
    { kind: "reasoning", text: "of another provider" },
    { kind: "reasoning", text: "of another", summary: ["plan"], encrypted_content: "X" },
    said("assistant", "I look."),
    call("c1", '{"a":1}'),
  ];
  deepEqual(anthropicMessages([said("user", "go"), ...answer, result("c1")], [], CLAUDE), [
    { role: "user", content: "go" },
    {
      role: "assistant",
      content: [
        { type: "thinking", thinking: "signed", signature: "S" },
        { type: "redacted_thinking", data: "ENC" },
        { type: "text", text: "I look." },
        { type: "tool_use", id: "c1", name: "Read", input: { a: 1 } },
      ],
    },
    { role: "user", content: [{ type: "tool_result", tool_use_id: "c1", content: "done" }] },
  ]);
});

Deno.test("20.12-W14 what any model of the provider thought goes back, and nobody else's", () => {
  const thought = (signature: string, model?: string): Item => ({
    kind: "reasoning",
    text: "hm",
    signature,
    scheme: "anthropic",
    ...(model && { model }),
  });
  const [, answer] = anthropicMessages(
    [
      said("user", "go"),
      thought("own", "anthropic/claude-sonnet-4-6"),
      thought("of another Claude", "anthropic/claude-opus-5-5"),
      thought("of a server that speaks the same", "lab/claude-sonnet-4-6"),
      thought("of an old log"),
      said("assistant", "Hi"),
    ],
    [],
    CLAUDE,
  );
  deepEqual(answer?.content, [
    ...["own", "of another Claude", "of an old log"]
      .map((signature) => ({ type: "thinking", thinking: "hm", signature })),
    { type: "text", text: "Hi" },
  ]);
});

Deno.test("notes of the runtime are messages of their own, in the user's role", () => {
  const items = [said("user", "a"), said("system", "note"), said("user", "b"), call("c")];
  deepEqual(anthropicMessages(items, [], CLAUDE).map(({ role }) => role), [
    "user",
    "user",
    "user",
    "assistant",
  ]);
});

Deno.test("20.13-6 arguments that are no object go out as an empty one", () => {
  for (const text of ["null", "[1,2,3]", "42", '"s"', "true", "", "{not json"]) {
    const [message] = anthropicMessages([call("c", text)], [], CLAUDE);
    deepEqual(message?.content, [{ type: "tool_use", id: "c", name: "Read", input: {} }], text);
  }
});

Deno.test("refusals of earlier answers go out as text", () => {
  const refused: Item = {
    kind: "message",
    role: "assistant",
    content: [{ kind: "text", text: "Well. " }, { kind: "refusal", refusal: "No." }],
  };
  const [message] = anthropicMessages([refused], [], CLAUDE);
  equal(JSON.stringify(message?.content).includes('{"type":"text","text":"No."}'), true);
});

Deno.test("an answer that was cut off in a thought does not end with it", () => {
  const thought: Item = { kind: "reasoning", text: "hm", signature: "S", scheme: "anthropic" };
  const next = said("user", "two");
  const sent = (...answer: Item[]) =>
    anthropicMessages([said("user", "one"), ...answer, next], [], CLAUDE).slice(1, -1);
  deepEqual(sent(thought), []);
  deepEqual(sent(thought, said("assistant", " "), thought), []);
  deepEqual(sent(thought, said("assistant", "said"), thought), [{
    role: "assistant",
    content: [
      { type: "thinking", thinking: "hm", signature: "S" },
      { type: "text", text: "said" },
    ],
  }]);
});
