import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import { BUILTIN_CATALOG, ProviderError, resolveModel } from "../../lib/providers/mod.ts";
import type { ModelConfig } from "../../lib/manifest/mod.ts";

const resolve = (config: ModelConfig) => resolveModel(config, BUILTIN_CATALOG);

function fails(config: ModelConfig, message: string) {
  throws(() => resolve(config), (error) => {
    ok(error instanceof ProviderError);
    equal(error.code, "model");
    equal(error.message, `failed to resolve model manifest: ${message}`);
    return true;
  });
}

Deno.test("20.13-37 a reference splits at the first slash only", () => {
  const model = resolve({ ref: "openrouter/anthropic/claude-sonnet-4" });
  equal(model.provider, "openrouter");
  equal(model.modelId, "anthropic/claude-sonnet-4");
  equal(model.scheme, "openai_chat");
  equal(model.baseUrl, "https://openrouter.ai/api/v1");
  equal(model.capability.reasoning, "budget_tokens");
  equal(model.contextWindow, 200_000);
});

Deno.test("20.13-37 an unusable [model] gives the texts of the table", () => {
  const invalid = (ref: string) =>
    `invalid model.ref \`${ref}\`: must be \`<provider>/<model_id>\``;
  for (const ref of ["noslash", "/x", "x/", "/", ""]) fails({ ref }, invalid(ref));
  fails(
    { ref: "nobody/x" },
    "model.ref points to unknown provider `nobody`; `pod models` lists those that are known",
  );
  const missing = (field: string) =>
    `model.ref omitted; manifest must specify scheme, model_id, and auth (missing: ${field})`;
  fails({}, missing("scheme"));
  fails({ scheme: "gemini" }, missing("model_id"));
  fails({ scheme: "gemini", model_id: "m" }, missing("auth"));
});

Deno.test("20.13-37 an unknown model of a known provider gets the provider's defaults", () => {
  deepEqual(resolve({ ref: "ollama-local/some-new-model" }), {
    provider: "ollama-local",
    scheme: "anthropic",
    baseUrl: "http://localhost:11434",
    modelId: "some-new-model",
    auth: { kind: "none" },
    capability: {
      tool_calling: "parallel",
      structured_output: "json_schema",
      vision: false,
      prompt_caching: { kind: "auto" },
    },
    contextWindow: 128_000,
    limits: { openMs: 600_000, firstEventMs: 600_000, idleMs: 600_000 },
  });
});

Deno.test("20.12-W36 the manifest's time limits win over the provider's, key by key", () => {
  const timeouts = { open_ms: 5, idle_ms: 7 };
  deepEqual(resolve({ ref: "anthropic/claude-next", timeouts }).limits, { openMs: 5, idleMs: 7 });
  deepEqual(resolve({ ref: "vllm/any", timeouts }).limits, {
    openMs: 5,
    firstEventMs: 600_000,
    idleMs: 7,
  });
  equal(resolve({ ref: "anthropic/claude-next", timeouts: {} }).limits, undefined);
});

Deno.test("a price is that of the catalog's model, not of another one under its reference", () => {
  const ref = "anthropic/claude-sonnet-4-6";
  equal(resolve({ ref }).price?.input, 3);
  equal(resolve({ ref, base_url: "http://proxy" }).price?.input, 3);
  equal(resolve({ ref, model_id: "mine" }).price, undefined);
  equal(resolve({ ref: "anthropic/claude-next" }).price, undefined);
});

Deno.test("20.13-37 the window is what is wished, up to what the backend accepts", () => {
  const ref = "codex-oauth/gpt-5.5";
  equal(resolve({ ref }).contextWindow, 272_000);
  equal(resolve({ ref, context_window: 100_000 }).contextWindow, 100_000);
  equal(resolve({ ref, max_context_window: 500_000 }).contextWindow, 500_000);
});

Deno.test("70.11-12 a capped window, a split at the first slash, an unknown model", () => {
  const codex = resolve({ ref: "codex-oauth/gpt-5.5", context_window: 1_000_000 });
  equal(codex.contextWindow, 272_000);
  equal(resolve({ ref: "openrouter/anthropic/claude-sonnet-4" }).provider, "openrouter");
  equal(resolve({ ref: "anthropic/claude-next" }).capability.reasoning, "budget_tokens");
});

Deno.test("20.10.1 the manifest's own values win over the catalog's", () => {
  const capability = {
    tool_calling: "none",
    structured_output: "none",
    vision: false,
    prompt_caching: { kind: "auto" },
  } as const;
  deepEqual(
    resolve({
      ref: "anthropic/claude-sonnet-4-6",
      scheme: "openai_chat",
      base_url: "http://127.0.0.1:1",
      model_id: "mine",
      auth: { kind: "none" },
      capability,
      context_window: 5,
    }),
    {
      provider: "anthropic",
      scheme: "openai_chat",
      baseUrl: "http://127.0.0.1:1",
      modelId: "mine",
      auth: { kind: "none" },
      capability,
      contextWindow: 5,
      maxOutputTokens: 128_000,
    },
  );
});

Deno.test("20.10.1 without a reference the scheme gives the defaults", () => {
  const inline = (scheme: ModelConfig["scheme"], auth: ModelConfig["auth"]) =>
    resolve({ scheme, model_id: "m", auth });
  const key = { kind: "api_key" } as const;
  deepEqual(
    [
      inline("anthropic", key),
      inline("openai_chat", key),
      inline("openai_responses", key),
      inline("openai_responses", { kind: "codex_oauth" }),
      inline("gemini", key),
    ].map(({ provider, baseUrl, contextWindow, capability }) => [
      provider,
      baseUrl,
      contextWindow,
      capability.vision,
    ]),
    [
      ["anthropic", "https://api.anthropic.com", 200_000, false],
      ["openai_chat", "https://api.openai.com", 200_000, false],
      ["openai_responses", "https://api.openai.com/v1", 200_000, false],
      ["openai_responses", "https://chatgpt.com/backend-api/codex", 200_000, false],
      ["gemini", "https://generativelanguage.googleapis.com", 200_000, true],
    ],
  );
  equal(resolve({ ref: "codex-oauth/gpt-5" }).baseUrl, "https://chatgpt.com/backend-api/codex");
});

Deno.test("a scripted model's base URL is its scenario", () => {
  const scenario = (config: ModelConfig) => {
    const { provider, scheme, baseUrl, modelId } = resolve(config);
    return [provider, scheme, baseUrl, modelId];
  };
  deepEqual(scenario({ ref: "scripted/./flow.toml" }), [
    "scripted",
    "scripted",
    "./flow.toml",
    "./flow.toml",
  ]);
  deepEqual(scenario({ ref: "scripted//abs/flow.toml" }), [
    "scripted",
    "scripted",
    "/abs/flow.toml",
    "/abs/flow.toml",
  ]);
  deepEqual(scenario({ ref: "demo/tour" }), ["demo", "scripted", "tour", "tour"]);
  deepEqual(
    scenario({ scheme: "scripted", base_url: "/f.toml", model_id: "m", auth: { kind: "none" } }),
    ["scripted", "scripted", "/f.toml", "m"],
  );
});
