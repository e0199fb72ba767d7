import { deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import {
  BUILTIN_CATALOG,
  defaultModel,
  defaultModels,
  ProviderError,
  resolveModel,
} from "../../lib/providers/mod.ts";

const KEYS = ["ANTHROPIC", "OPENAI", "GEMINI", "OPENROUTER"];
const MODELS = [
  "anthropic/claude-sonnet-4-6",
  "openai/gpt-5.5",
  "gemini/gemini-3.8-flash",
  "openrouter/anthropic/claude-sonnet-4.6",
];

Deno.test("70.9-16 the first key that is there chooses the model, for every set of keys", () => {
  for (let set = 1; set < 16; set++) {
    for (const form of [(key: string) => `POD_API_KEY_${key}`, (key: string) => `${key}_API_KEY`]) {
      const present = KEYS.filter((_, index) => set & (1 << index)).map(form);
      const first = KEYS.findIndex((_, index) => set & (1 << index));
      equal(defaultModel((name) => present.includes(name) ? "k" : undefined), MODELS[first]);
    }
  }
});

Deno.test("POD_MODEL is stronger than any key; an empty one counts as unset", () => {
  const env: Record<string, string> = { POD_MODEL: "demo/tour", ANTHROPIC_API_KEY: "k" };
  equal(defaultModel((name) => env[name]), "demo/tour");
  env.POD_MODEL = "";
  equal(defaultModel((name) => env[name]), "anthropic/claude-sonnet-4-6");
});

Deno.test("all that a start could choose: POD_MODEL, then one of each provider with a key, each once", () => {
  const env: Record<string, string> = {
    POD_MODEL: "openai/gpt-5.5",
    POD_API_KEY_OPENROUTER: "k",
    OPENAI_API_KEY: "k",
  };
  deepEqual(defaultModels((name) => env[name]), [
    "openai/gpt-5.5",
    "openrouter/anthropic/claude-sonnet-4.6",
  ]);
});

Deno.test("without model and key the error names every way out", () => {
  throws(() => defaultModel((name) => name.endsWith("_API_KEY") ? "" : undefined), (error) => {
    ok(error instanceof ProviderError);
    equal(error.code, "no_model");
    for (const key of KEYS) ok(error.message.includes(`${key}_API_KEY`));
    for (const way of ["--model PROVIDER/MODEL", "ollama-local/MODEL", "--model demo/tour"]) {
      ok(error.message.includes(way), error.message);
    }
    return true;
  });
});

Deno.test("every default model is a model of the builtin catalog", () => {
  for (const reference of MODELS) {
    const { provider, modelId } = resolveModel({ ref: reference }, BUILTIN_CATALOG);
    ok(BUILTIN_CATALOG.models.some((m) => m.provider === provider && m.id === modelId));
  }
});
