import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import * as v from "valibot";
import { BUILTIN_CATALOG, loadCatalog, ProviderError } from "../../lib/providers/mod.ts";
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
  for (const id of ["claude-sonnet-4-6", "claude-sonnet-4-5", "claude-opus-4-1"]) {
    deepEqual(model("anthropic", id), [200_000, undefined, undefined]);
  }
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
