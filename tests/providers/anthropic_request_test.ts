import { deepEqual, equal, throws } from "node:assert/strict";
import type { Item, RequestConfig } from "../../lib/protocol/mod.ts";
import { DEFAULT_REQUEST_CONFIG } from "../../lib/protocol/mod.ts";
import type { ResolvedModel } from "../../lib/providers/mod.ts";
import { anthropicBody, anthropicUnsupported } from "../../lib/providers/anthropic_request.ts";
import { requestOf, resolvedModel, said } from "../support/model_calls.ts";

type Accepted = ResolvedModel["capability"]["reasoning"];

function modelThat(accepts: Accepted, changes: Partial<ResolvedModel> = {}): ResolvedModel {
  const model = resolvedModel("anthropic", "https://api.anthropic.com", changes);
  const { reasoning: _, ...capability } = model.capability;
  return {
    ...model,
    capability: { ...capability, ...(accepts !== undefined && { reasoning: accepts }) },
  };
}

/** The body without what every body has. */
function settings(config: Partial<RequestConfig>, model: ResolvedModel) {
  const { model: _model, messages: _messages, stream: _stream, ...rest } = anthropicBody(
    requestOf([said("user", "hi")], { config }),
    model,
  );
  return rest;
}

Deno.test("20.12-W5 the longest answer is the setting's, else the catalog's, else 4096", () => {
  const known = modelThat(undefined, { maxOutputTokens: 64_000 });
  equal(settings({ max_tokens: 100 }, known).max_tokens, 100);
  equal(settings({}, known).max_tokens, 64_000);
  equal(settings({}, modelThat(undefined)).max_tokens, 4096);
});

Deno.test("sampling settings go out under their own names, unset ones not at all", () => {
  const model = modelThat(undefined);
  deepEqual(
    settings({ temperature: 0, top_p: 0.9, top_k: 5, stop_sequences: ["END"] }, model),
    { max_tokens: 4096, temperature: 0, top_p: 0.9, top_k: 5, stop_sequences: ["END"] },
  );
  deepEqual(settings({}, model), { max_tokens: 4096 });
});

Deno.test("20.12-W30 reasoning goes out in the form that the model takes", () => {
  const budget = { thinking: { type: "enabled", budget_tokens: 2048 } };
  const thinking = { type: "adaptive", display: "summarized" };
  const effort = { thinking, output_config: { effort: "high" } };
  const cases: [RequestConfig["reasoning"], Accepted, object][] = [
    [2048, "budget_tokens", budget],
    [2048, "both", budget],
    [2048, "effort", {}],
    [2048, undefined, {}],
    ["high", "effort", effort],
    ["high", "both", effort],
    ["high", "budget_tokens", {}],
    ["high", undefined, {}],
  ];
  for (const [reasoning, accepts, expected] of cases) {
    const model = modelThat(accepts);
    deepEqual(settings({ reasoning }, model), { max_tokens: 4096, ...expected });
    const ignored = Object.keys(expected).length === 0;
    equal(
      anthropicUnsupported({ ...DEFAULT_REQUEST_CONFIG, reasoning }, model).length,
      ignored ? 1 : 0,
      `${reasoning} for ${accepts}`,
    );
  }
});

Deno.test("20.12-W30 with thinking the sampling settings are left out, and said to be", () => {
  const config = { ...DEFAULT_REQUEST_CONFIG, reasoning: "low", temperature: 0.5, top_k: 3 };
  const model = modelThat("effort");
  const body: object = settings(config, model);
  deepEqual(body, {
    max_tokens: 4096,
    thinking: { type: "adaptive", display: "summarized" },
    output_config: { effort: "low" },
  });
  deepEqual(anthropicUnsupported(config, model), [
    "'temperature' is not supported by Anthropic together with 'reasoning' and will be ignored",
    "'top_k' is not supported by Anthropic together with 'reasoning' and will be ignored",
  ]);
});

Deno.test("20.12-W30 a model that refuses sampling settings gets none, and each is said to be left out", () => {
  const model = modelThat("effort");
  const picky = { ...model, capability: { ...model.capability, sampling: false } };
  const config = { ...DEFAULT_REQUEST_CONFIG, temperature: 0.5, top_p: 0.9 };
  deepEqual(settings(config, picky), { max_tokens: 4096 });
  deepEqual(anthropicUnsupported(config, picky), [
    "'temperature' is not supported by claude-sonnet-4-6 and will be ignored",
    "'top_p' is not supported by claude-sonnet-4-6 and will be ignored",
  ]);
  deepEqual(anthropicUnsupported({ ...config, reasoning: "low" }, picky).length, 2);
});

Deno.test("20.12-W30 an effort that a model does not know is replaced by the nearest, with a warning", () => {
  const model = modelThat("effort");
  const knowing = (efforts: string[]) => ({
    ...model,
    capability: { ...model.capability, efforts },
  });
  const claude = ["low", "medium", "high", "xhigh", "max"];
  const cases: [string, string[], string][] = [
    ["medium", claude, "medium"],
    ["minimal", claude, "low"],
    ["none", claude, "low"],
    ["xhigh", ["low", "medium", "high", "max"], "high"],
    ["max", ["minimal", "low", "medium", "high"], "high"],
    ["minimal", ["none", "low"], "low"],
    ["turbo", claude, "turbo"],
    ["turbo", [], "turbo"],
  ];
  for (const [reasoning, efforts, sent] of cases) {
    const { output_config } = settings({ reasoning }, knowing(efforts));
    equal(output_config?.effort, sent, `${reasoning} of ${efforts}`);
    deepEqual(
      anthropicUnsupported({ ...DEFAULT_REQUEST_CONFIG, reasoning }, knowing(efforts)),
      sent === reasoning
        ? []
        : [`'reasoning' \`${reasoning}\` is not known to claude-sonnet-4-6: \`${sent}\` is used`],
    );
  }
});

Deno.test("20.12-W30 whose thoughts are bound is told to do without those that a change has spoilt", () => {
  const model = modelThat("effort");
  const bound = { ...model, capability: { ...model.capability, bound_thinking: true } };
  const block_binding = { prefix_mismatch_behavior: "drop_block" };
  deepEqual<object>(settings({}, bound), {
    max_tokens: 4096,
    thinking: { type: "adaptive", block_binding },
  });
  deepEqual<object>(settings({ reasoning: "low" }, bound), {
    max_tokens: 4096,
    thinking: { type: "adaptive", block_binding, display: "summarized" },
    output_config: { effort: "low" },
  });
});

Deno.test("20.12-W14 20.12-W30 in the middle of another model's calls there is no thinking within a budget", () => {
  const call: Item = { kind: "tool_call", call_id: "c1", name: "Read", arguments: "{}" };
  const result: Item = { kind: "tool_result", call_id: "c1", summary: "done" };
  const thought: Item = { kind: "reasoning", text: "hm", signature: "S", scheme: "anthropic" };
  const foreign: Item = { ...thought, scheme: "gemini" };
  const go = said("user", "go");
  const thinks = (items: Item[], reasoning: RequestConfig["reasoning"] = 2048) => {
    const config = { reasoning };
    return anthropicBody(requestOf(items, { config }), modelThat("both")).thinking !== undefined;
  };
  const cases: [string, Item[], boolean][] = [
    ["nothing has been called", [go], true],
    ["its own calls", [go, thought, call, result], true],
    [
      "its own calls, the later ones without a thought",
      [go, thought, call, result, call, result],
      true,
    ],
    ["another's calls", [go, foreign, call, result], false],
    ["another's calls, then a note", [go, call, result, said("system", "note")], false],
    ["another's calls, then its own", [go, call, result, thought, call, result], true],
    ["another's calls are over", [go, call, result, said("assistant", "Hi"), go], true],
  ];
  for (const [what, items, expected] of cases) equal(thinks(items), expected, what);
  equal(thinks([go, call, result], "high"), true, "an effort asks for no thought at the beginning");
});

Deno.test("20.12-W30 a budget that does not fit into the answer is refused before it is sent", () => {
  const model = modelThat("budget_tokens");
  for (const reasoning of [-1, 0, 1023, 4096, 10_000]) {
    const refusal = {
      kind: "config",
      message: `Config error: the reasoning budget of ${reasoning} tokens must be at least 1024 ` +
        "and below max_tokens (4096)",
    };
    throws(() => settings({ reasoning }, model), refusal);
    throws(
      () => anthropicUnsupported({ ...DEFAULT_REQUEST_CONFIG, reasoning }, model),
      refusal,
      "known before the first request",
    );
  }
  equal(settings({ reasoning: 10_000, max_tokens: 10_001 }, model).max_tokens, 10_001);
});
