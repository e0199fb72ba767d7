import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import * as v from "valibot";
import {
  BUILTIN_CATALOG,
  loadCatalog,
  ProviderError,
  resolveModel,
} from "../../lib/providers/mod.ts";
import { catalogModel, catalogProvider } from "../../lib/providers/catalog.ts";

const noEnv = () => undefined;

/** A configuration directory `/c` that holds these files. */
function load(files: Record<string, string>, env: Record<string, string> = {}) {
  return loadCatalog((path) => Promise.resolve(files[path] ?? null), "/c", (name) => env[name]);
}

function isCatalogError(error: unknown, start: string, ...parts: string[]): boolean {
  ok(error instanceof ProviderError);
  equal(error.code, "catalog");
  ok(error.message.startsWith(`failed to resolve model manifest: ${start}`), error.message);
  for (const part of parts) ok(error.message.includes(part), error.message);
  return true;
}

Deno.test("20.13-37 the builtin entries are those of the table", () => {
  const row = (id: string) => {
    const provider = BUILTIN_CATALOG.providers.find((entry) => entry.id === id);
    ok(provider?.default_capability);
    const { default_capability: can, auth_hint: auth } = provider;
    return [
      provider.display_name,
      provider.scheme,
      provider.base_url,
      auth.kind === "api_key" ? auth.env : auth.kind,
      can.tool_calling,
      can.structured_output,
      can.reasoning,
      can.vision,
      can.prompt_caching,
      provider.default_context_window,
    ];
  };
  const auto = { kind: "auto" };
  const common = ["parallel", "json_schema"];
  deepEqual(row("anthropic"), [
    "Anthropic",
    "anthropic",
    "https://api.anthropic.com",
    "POD_API_KEY_ANTHROPIC",
    ...common,
    "budget_tokens",
    true,
    { kind: "explicit", max_breakpoints: 4 },
    200_000,
  ]);
  deepEqual(row("ollama-local"), [
    "Ollama (local)",
    "anthropic",
    "http://localhost:11434",
    "none",
    ...common,
    undefined,
    false,
    auto,
    128_000,
  ]);
  deepEqual(row("codex-oauth"), [
    "ChatGPT (Codex OAuth)",
    "openai_responses",
    undefined,
    "codex_oauth",
    ...common,
    "effort",
    true,
    auto,
    400_000,
  ]);
  deepEqual(row("openrouter"), [
    "OpenRouter",
    "openai_chat",
    "https://openrouter.ai/api/v1",
    "POD_API_KEY_OPENROUTER",
    ...common,
    undefined,
    true,
    auto,
    200_000,
  ]);

  const model = (provider: string, id: string) => {
    const found = BUILTIN_CATALOG.models.find((m) => m.provider === provider && m.id === id);
    ok(found, `${provider}/${id}`);
    return [found.context_window, found.max_context_window, found.capability?.reasoning];
  };
  for (const id of ["claude-sonnet-4-5", "claude-opus-4-1"]) {
    deepEqual(model("anthropic", id), [200_000, undefined, undefined]);
  }
  // Takes an effort too, unlike in the table (W30), and is larger now.
  deepEqual(model("anthropic", "claude-sonnet-4-6"), [1_000_000, undefined, "both"]);
  for (const id of ["llama3.1", "qwen2.5-coder"]) {
    deepEqual(model("ollama-local", id), [128_000, undefined, undefined]);
  }
  for (const id of ["gpt-5-codex", "gpt-5"]) {
    deepEqual(model("codex-oauth", id), [400_000, undefined, "effort"]);
  }
  deepEqual(model("codex-oauth", "gpt-5.5"), [1_000_000, 272_000, "effort"]);
  deepEqual(model("openrouter", "anthropic/claude-sonnet-4"), [
    200_000,
    undefined,
    "budget_tokens",
  ]);
  deepEqual(model("openrouter", "openai/gpt-5"), [400_000, undefined, "effort"]);
});

Deno.test("Gemini models take efforts, but those of the second generation budgets", () => {
  const gemini = BUILTIN_CATALOG.models.filter(({ provider }) => provider === "gemini");
  const provider = BUILTIN_CATALOG.providers.find(({ id }) => id === "gemini");
  ok(gemini.length > 5);
  for (const { id, capability = provider?.default_capability } of gemini) {
    equal(capability?.reasoning, id.startsWith("gemini-2") ? "budget_tokens" : "effort", id);
  }
});

Deno.test("the builtin catalog is valid, its ids are unique and its providers exist", () => {
  const { providers, models } = BUILTIN_CATALOG;
  deepEqual(v.parse(v.array(catalogProvider), providers), providers);
  deepEqual(v.parse(v.array(catalogModel), models), models);
  const ids = providers.map((provider) => provider.id);
  equal(new Set(ids).size, ids.length);
  equal(new Set(models.map((m) => `${m.provider}/${m.id}`)).size, models.length);
  for (const model of models) ok(ids.includes(model.provider), model.provider);
});

Deno.test("spec 20 §10.3 local servers have the usual ports, no key, and all the time they need", () => {
  const local = ["ollama-local", "llama-cpp", "lm-studio", "vllm"].map((id) => {
    const { provider, scheme, baseUrl, auth, limits } = resolveModel(
      { ref: `${id}/any` },
      BUILTIN_CATALOG,
    );
    return [provider, scheme, baseUrl, auth.kind, limits?.openMs, limits?.firstEventMs];
  });
  deepEqual(local, [
    ["ollama-local", "anthropic", "http://localhost:11434", "none", 600_000, 600_000],
    ["llama-cpp", "openai_chat", "http://localhost:8080/v1", "none", 600_000, 600_000],
    ["lm-studio", "openai_chat", "http://localhost:1234/v1", "none", 600_000, 600_000],
    ["vllm", "openai_chat", "http://localhost:8000/v1", "none", 600_000, 600_000],
  ]);
});

Deno.test("20.12-W30 what a Claude is asked to think with is what it takes", () => {
  const reasoningOf = (id: string) =>
    resolveModel({ ref: `anthropic/${id}` }, BUILTIN_CATALOG).capability;
  for (
    const id of ["claude-opus-5-5", "claude-sonnet-5-5", "claude-haiku-5-5", "claude-opus-4-7"]
  ) {
    const { reasoning, efforts, sampling, bound_thinking } = reasoningOf(id);
    deepEqual([reasoning, sampling], ["effort", false], id);
    equal(bound_thinking, id === "claude-opus-4-7" ? undefined : true, id);
    deepEqual(efforts, ["low", "medium", "high", "xhigh", "max"], id);
  }
  equal(reasoningOf("claude-opus-4-6").reasoning, "both");
  equal(reasoningOf("claude-haiku-4-5").reasoning, "budget_tokens");
});

Deno.test("prices are whole: cached tokens are cheaper, long prompts dearer", () => {
  const priced = BUILTIN_CATALOG.models.filter((model) => model.price !== undefined);
  ok(priced.length > 30);
  for (const { id, price, context_window = 0 } of priced) {
    ok(price !== undefined);
    const { input, output, cache_read = 0, cache_write, long_prompt } = price;
    ok(cache_read > 0 && cache_read < input && input < output, id);
    // Anthropic and the newer OpenAI models charge a quarter more for what they keep.
    if (cache_write !== undefined) ok(Math.abs(cache_write / input - 1.25) < 1e-9, id);
    if (long_prompt === undefined) continue;
    ok(long_prompt.input > input && long_prompt.output > output, id);
    ok(long_prompt.above < context_window, id);
  }
});

Deno.test("a price in models.toml replaces the builtin one as a whole", async () => {
  const { models } = await load({
    "/c/models.toml": `[[model]]
      provider = "anthropic"
      id = "claude-haiku-5-5"
      price = { input = 1.5, output = 2 }`,
  });
  const haiku = models.find((model) => model.id === "claude-haiku-5-5");
  deepEqual([haiku?.price, haiku?.context_window], [{ input: 1.5, output: 2 }, 1_000_000]);
  const negative = '[[model]]\nprovider = "p"\nid = "m"\nprice = { input = -1, output = 2 }';
  await rejects(
    load({ "/c/models.toml": negative }),
    (error) => isCatalogError(error, "failed to load model catalog: ", "`m`: price.input"),
  );
});

Deno.test("20.12-W17 builtin base URLs are whole and end neither in a slash nor in a double /v1", () => {
  for (const { base_url: url } of BUILTIN_CATALOG.providers) {
    if (url === undefined) continue;
    equal(new URL(url).href.replace(/\/$/, ""), url);
    ok(!url.includes("/v1/v1"));
  }
});

Deno.test("20.13-37 without files or directory the catalog is the builtin one", async () => {
  deepEqual(await load({}), BUILTIN_CATALOG);
  const unread = () => Promise.reject(new Error("must not be read"));
  deepEqual(await loadCatalog(unread, null, noEnv), BUILTIN_CATALOG);
});

const MINE = `[[provider]]
id = "mine"
display_name = "Mine"
scheme = "openai_chat"
auth_hint = { kind = "none" }
`;

Deno.test("20.13-37 20.12-W38 a file is laid over one catalog, by id and key by key", async () => {
  const catalog = await load({
    "/c/providers.toml": `${MINE}
      [[provider]]
      id = "anthropic"
      base_url = "http://proxy"`,
  });
  deepEqual(catalog.models, BUILTIN_CATALOG.models);
  const builtin = BUILTIN_CATALOG.providers;
  deepEqual(catalog.providers, [
    { ...builtin[0], base_url: "http://proxy" },
    ...builtin.slice(1),
    { id: "mine", display_name: "Mine", scheme: "openai_chat", auth_hint: { kind: "none" } },
  ]);
});

Deno.test("20.12-W38 a model is told by provider and id", async () => {
  const { models } = await load({
    "/c/models.toml": `[[model]]
      provider = "openrouter"
      id = "openai/gpt-5"
      context_window = 7
      [[model]]
      provider = "ollama-local"
      id = "openai/gpt-5"`,
  });
  const gpt = models.filter((model) => model.id === "openai/gpt-5");
  deepEqual(gpt.map((m) => [m.provider, m.context_window, m.capability?.reasoning]), [
    ["openrouter", 7, "effort"],
    ["ollama-local", undefined, undefined],
  ]);
});

Deno.test("20.12-W38 replace = true drops the builtin entries", async () => {
  const { providers, models } = await load({ "/c/providers.toml": `replace = true\n${MINE}` });
  deepEqual(providers.map((provider) => provider.id), ["mine"]);
  equal(models.length, BUILTIN_CATALOG.models.length);
  deepEqual((await load({ "/c/models.toml": "replace = true" })).models, []);
});

Deno.test("70.11-12 20.13-37 a broken file is an error with its place, never a fallback", async () => {
  const provider =
    "failed to load provider catalog: failed to parse catalog at /c/providers.toml: ";
  const model = "failed to load model catalog: failed to parse catalog at /c/models.toml: ";
  const broken: [string, string, string, string][] = [
    ["/c/providers.toml", "= 1", provider, "Invalid TOML"],
    ["/c/providers.toml", '[[provider]]\nid = "new"', provider, "`new`: display_name"],
    ["/c/providers.toml", `${MINE}\ndefault_context_window = -1`, provider, "`mine`: default_co"],
    ["/c/providers.toml", '[[provider]]\nscheme = "gemini"', provider, "provider.0.id"],
    ["/c/providers.toml", '[[providers]]\nid = "x"', provider, "providers"],
    ["/c/models.toml", '[[model]]\nid = "m"', model, "`m`: provider"],
    ["/c/models.toml", "replace = 1", model, "replace"],
  ];
  for (const [path, text, start, part] of broken) {
    await rejects(load({ [path]: text }), (error) => isCatalogError(error, start, part));
  }
  const unreadable = () => Promise.reject(new Error("permission denied"));
  await rejects(
    loadCatalog(unreadable, "/c", noEnv),
    (error) =>
      isCatalogError(
        error,
        "failed to load provider catalog: failed to read catalog at /c/providers.toml: ",
        "permission denied",
      ),
  );
});

Deno.test("20.13-38 the vendors' base URL variables move the builtin providers only", async () => {
  const env = { ANTHROPIC_BASE_URL: "http://a", OPENAI_BASE_URL: "http://o/v1" };
  const urls = async (files: Record<string, string>) =>
    Object.fromEntries((await load(files, env)).providers.map((p) => [p.id, p.base_url]));
  const moved = await urls({});
  equal(moved.anthropic, "http://a");
  equal(moved.openai, "http://o/v1");
  equal(moved.openrouter, "https://openrouter.ai/api/v1");
  equal(moved["ollama-local"], "http://localhost:11434");

  const explicit = '[[provider]]\nid = "anthropic"\nbase_url = "https://api.anthropic.com"';
  equal((await urls({ "/c/providers.toml": explicit })).anthropic, "https://api.anthropic.com");
  const renamed = '[[provider]]\nid = "anthropic"\ndisplay_name = "A"';
  equal((await urls({ "/c/providers.toml": renamed })).anthropic, "http://a");

  const empty = await load({}, { ANTHROPIC_BASE_URL: "" });
  deepEqual(empty, BUILTIN_CATALOG);
});
