import type { Env } from "../manifest/mod.ts";
import { keyVariables } from "./credential.ts";
import { ProviderError } from "./provider_error.ts";

/** The model to use with a key, in the order in which keys are looked for. */
const BY_KEY = [
  { variable: "POD_API_KEY_ANTHROPIC", reference: "anthropic/claude-sonnet-4-6" },
  { variable: "POD_API_KEY_OPENAI", reference: "openai/gpt-5.5" },
  { variable: "POD_API_KEY_GEMINI", reference: "gemini/gemini-2.5-pro" },
  { variable: "POD_API_KEY_OPENROUTER", reference: "openrouter/anthropic/claude-sonnet-4" },
];

/**
 * The model of a start that names none, as `<provider>/<model id>`: `POD_MODEL`, else one of the first
 * provider whose key is in the environment (spec 70 §9-16).
 *
 * @throws {ProviderError} `no_model`, when there is neither
 */
export function defaultModel(env: Env): string {
  const named = env("POD_MODEL");
  if (named) return named;
  const found = BY_KEY.find(({ variable }) => keyVariables(variable).some((name) => env(name)));
  if (found !== undefined) return found.reference;
  const vendorVariables = BY_KEY.map(({ variable }) => keyVariables(variable).at(-1));
  throw new ProviderError(
    "no_model",
    `no model chosen and no API key found: set ${vendorVariables.join(", ")}, or name a model ` +
      "with --model PROVIDER/MODEL (a local server works too: --model ollama-local/MODEL), " +
      "or try it without a key: --model demo/tour",
  );
}
