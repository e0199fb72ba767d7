import { deepEqual, equal } from "../support/assert.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, type RequestConfig } from "../../lib/protocol/mod.ts";
import type { ResolvedModel } from "../../lib/providers/mod.ts";
import { geminiContents } from "../../lib/providers/gemini_contents.ts";
import { geminiBody, geminiUnsupported } from "../../lib/providers/gemini_request.ts";
import { requestOf, resolvedModel, said } from "../support/model_calls.ts";

type Accepted = ResolvedModel["capability"]["reasoning"];

function modelThat(accepts: Accepted): ResolvedModel {
  const model = resolvedModel("gemini", "https://generativelanguage.googleapis.com");
  const { reasoning: _, ...capability } = model.capability;
  return {
    ...model,
    capability: { ...capability, ...(accepts !== undefined && { reasoning: accepts }) },
  };
}

function settings(config: Partial<RequestConfig>, model: ResolvedModel) {
  return geminiBody(requestOf([said("user", "hi")], { config }), model).generationConfig;
}

const call = (call_id: string, name = "Read"): Item => ({
  kind: "tool_call",
  call_id,
  name,
  arguments: "{}",
});
const result = (call_id: string): Item => ({ kind: "tool_result", call_id, summary: "done" });
const reasoning = (rest: object, text = "", scheme = "gemini"): Item => ({
  kind: "reasoning",
  text,
  scheme,
  ...rest,
});
const called = (id: string, name = "Read") => ({ functionCall: { id, name, args: {} } });
const answered = (id: string, name = "Read") => ({
  functionResponse: { id, name, response: { output: "done" } },
});

function geminiModel(modelId = "gemini-2.5-pro") {
  return resolvedModel("gemini", "https://generativelanguage.googleapis.com", { modelId });
}

/** The parts of the answer between two inputs. */
function answerOf(items: readonly Item[], modelId = "gemini-2.5-pro") {
  const contents = geminiContents([said("user", "go"), ...items], geminiModel(modelId));
  equal(contents[1]?.role, "model");
  return contents[1]?.parts;
}

Deno.test("20.12-W16 sampling settings that a model pays no heed to are left out, and said to be", () => {
  const model = modelThat("effort");
  const heedless = { ...model, capability: { ...model.capability, sampling: false } };
  const config = { ...DEFAULT_REQUEST_CONFIG, temperature: 0, top_k: 5, max_tokens: 9 };
  deepEqual(settings(config, heedless), { maxOutputTokens: 9 });
  deepEqual(geminiUnsupported(config, heedless), [
    "'temperature' is not supported by gemini-2.5-pro and will be ignored",
    "'top_k' is not supported by gemini-2.5-pro and will be ignored",
  ]);
  deepEqual(geminiUnsupported(config, model), []);
});

Deno.test("sampling settings go out under their names here, unset ones not at all", () => {
  deepEqual(
    settings(
      { max_tokens: 9, temperature: 0, top_p: 0.9, top_k: 5, stop_sequences: ["END"] },
      modelThat(undefined),
    ),
    { maxOutputTokens: 9, temperature: 0, topP: 0.9, topK: 5, stopSequences: ["END"] },
  );
  deepEqual(geminiBody(requestOf([said("user", "hi")]), modelThat("effort")), {
    contents: [{ role: "user", parts: [{ text: "hi" }] }],
    generationConfig: {},
  });
});

Deno.test("reasoning goes out in the form that the model takes, and thoughts are asked for", () => {
  const budget = { thinkingBudget: 2048, includeThoughts: true };
  const level = { thinkingLevel: "high", includeThoughts: true };
  const cases: [RequestConfig["reasoning"], Accepted, object?][] = [
    [2048, "budget_tokens", budget],
    [2048, "both", budget],
    [2048, "effort"],
    [2048, undefined],
    [-1, "budget_tokens", { thinkingBudget: -1, includeThoughts: true }],
    [0, "budget_tokens", { thinkingBudget: 0 }],
    ["high", "effort", level],
    ["high", "both", level],
    ["high", "budget_tokens"],
    ["high", undefined],
  ];
  for (const [reasoning, accepts, thinkingConfig] of cases) {
    const model = modelThat(accepts);
    deepEqual(settings({ reasoning }, model), thinkingConfig ? { thinkingConfig } : {});
    const form = typeof reasoning === "string" ? "an effort" : "a budget";
    deepEqual(
      geminiUnsupported({ ...DEFAULT_REQUEST_CONFIG, reasoning }, model),
      thinkingConfig
        ? []
        : [`'reasoning' is not supported by gemini-2.5-pro as ${form} and will be ignored`],
    );
  }
  deepEqual(geminiUnsupported({ ...DEFAULT_REQUEST_CONFIG, top_k: 3 }, modelThat("effort")), []);
});

Deno.test("neighbours of one role share a content; the results of one answer stand right after it", () => {
  const items = [
    said("system", "summary"),
    said("user", "go"),
    said("assistant", "I look."),
    call("a"),
    said("assistant", ""),
    call("b", "Grep"),
    result("a"),
    result("b"),
    said("system", "note"),
    said("user", "and?"),
    said("assistant", "Done."),
  ];
  deepEqual(geminiContents(items, geminiModel()), [
    { role: "user", parts: [{ text: "summary" }, { text: "go" }] },
    { role: "model", parts: [{ text: "I look." }, called("a"), called("b", "Grep")] },
    {
      role: "user",
      parts: [answered("a"), answered("b", "Grep"), { text: "note" }, { text: "and?" }],
    },
    { role: "model", parts: [{ text: "Done." }] },
  ]);
});

Deno.test("what old logs hold instead of arguments is an empty object", () => {
  deepEqual(answerOf([{ kind: "tool_call", call_id: "a", name: "Now", arguments: "null" }]), [
    called("a", "Now"),
  ]);
});

Deno.test("a signature goes back on the part that it came with", () => {
  deepEqual(
    answerOf([
      reasoning({}, "an unsigned thought"),
      reasoning({ signature: "S1" }, "a signed thought"),
      reasoning({ signature: "S2" }),
      said("assistant", "I look."),
      reasoning({ encrypted_content: "S3" }),
      reasoning({ signature: "S4" }),
      call("a"),
      call("b"),
    ]),
    [
      { text: "a signed thought", thought: true, thoughtSignature: "S1" },
      { text: "I look.", thoughtSignature: "S2" },
      { text: "", thoughtSignature: "S3" },
      { ...called("a"), thoughtSignature: "S4" },
      called("b"),
    ],
  );
});

Deno.test("20.12-W14 what other schemes thought, or nobody knows who, is not sent", () => {
  const foreign: Item[] = [
    reasoning({ signature: "S1" }, "signed elsewhere", "anthropic"),
    reasoning({ encrypted_content: "S2" }, "", "openai_responses"),
    { kind: "reasoning", text: "", signature: "S3" },
  ];
  deepEqual(answerOf([...foreign, said("assistant", "Hi")]), [{ text: "Hi" }]);
});

Deno.test("20.12-W14 what another Gemini thought is not sent; its calls are signed as those of strangers", () => {
  const model = "gemini/gemini-3.8-flash";
  const items = [
    reasoning({ signature: "S1", model }, "a thought"),
    reasoning({ signature: "S2", model }),
    call("a"),
  ];
  deepEqual(answerOf(items, "gemini-3.8-flash"), [
    { text: "a thought", thought: true, thoughtSignature: "S1" },
    { ...called("a"), thoughtSignature: "S2" },
  ]);
  deepEqual(answerOf(items, "gemini-4-argon"), [
    { ...called("a"), thoughtSignature: "skip_thought_signature_validator" },
  ]);
});

Deno.test("a signature whose part is not there signs nothing else", () => {
  const items = [said("user", "go"), reasoning({ signature: "S" }), said("user", "more")];
  deepEqual(geminiContents([...items, said("assistant", "Hi")], geminiModel()), [
    { role: "user", parts: [{ text: "go" }, { text: "more" }] },
    { role: "model", parts: [{ text: "Hi" }] },
  ]);
});

Deno.test("calls without a signature carry what Google documents, for models that demand one", () => {
  const items = [
    reasoning({ signature: "elsewhere" }, "hm", "anthropic"),
    said("assistant", "I look."),
    call("a"),
    call("b"),
    result("a"),
    result("b"),
    reasoning({ signature: "S" }),
    call("c"),
  ];
  for (const id of ["gemini-3.8-flash", "gemini-4-argon", "gemini-flash-latest"]) {
    const contents = geminiContents([said("user", "go"), ...items], geminiModel(id));
    deepEqual(contents[1]?.parts, [
      { text: "I look." },
      { ...called("a"), thoughtSignature: "skip_thought_signature_validator" },
      called("b"),
    ]);
    deepEqual(contents[3]?.parts, [{ ...called("c"), thoughtSignature: "S" }]);
  }
  for (const id of ["gemini-2.5-pro", "models/gemini-2.0-flash"]) {
    deepEqual(answerOf(items, id)?.slice(1), [called("a"), called("b")]);
  }
});
