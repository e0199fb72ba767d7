import type { Env } from "../manifest/mod.ts";
import { keyVariables } from "./credential.ts";
import { ProviderError } from "./provider_error.ts";

/** The model to use with a key, in the order in which keys are looked for. */
const BY_KEY = [
  { variable: "POD_API_KEY_ANTHROPIC", reference: "anthropic/claude-sonnet-4-6" },
  { variable: "POD_API_KEY_OPENAI", reference: "openai/gpt-5.5" },
  { variable: "POD_API_KEY_GEMINI", reference: "gemini/gemini-3.8-flash" },
  { variable: "POD_API_KEY_OPENROUTER", reference: "openrouter/anthropic/claude-sonnet-4.6" },
];

/**
 * The models that a start may choose by itself, as `<provider>/<model id>`: `POD_MODEL`, then one of
 * each provider whose key is in the environment (spec 70 §9-16).
 *
 * @throws {ProviderError} `no_model`, when there is none
 */
export function defaultModels(env: Env): readonly [string, ...string[]] {
  const named = env("POD_MODEL");
  const found = BY_KEY.filter(({ variable }) => keyVariables(variable).some((name) => env(name)));
  const [first, ...others] = new Set([
    ...(named ? [named] : []),
    ...found.map(({ reference }) => reference),
  ]);
  if (first !== undefined) return [first, ...others];
  const vendorVariables = BY_KEY.map(({ variable }) => keyVariables(variable).at(-1));
  throw new ProviderError(
    "no_model",
    `no model chosen and no API key found: set ${vendorVariables.join(", ")}, or name a model ` +
      "with --model PROVIDER/MODEL (a local server works too: --model ollama-local/MODEL), " +
      "or try it without a key: --model demo/tour",
  );
}

/**
 * The model of a start that names none: the first of those.
 *
 * @throws {ProviderError} `no_model`, when there is none
 */
export function defaultModel(env: Env): string {
  return defaultModels(env)[0];
}
