import type { ModelCapability } from "../manifest/mod.ts";
import type { ReasoningItem, RequestConfig } from "../protocol/mod.ts";
import { modelName } from "./model.ts";
import type { ResolvedModel } from "./resolve_model.ts";

/** How much a model is asked to think: a label of the provider's, or a number of tokens. */
export type Reasoning =
  | { readonly kind: "effort"; readonly effort: string }
  | { readonly kind: "budget"; readonly tokens: number };

/** All efforts that providers know by name, from the least to the most. */
const EFFORTS = ["none", "minimal", "low", "medium", "high", "xhigh", "max"];

/** The `reasoning` setting in the model's own words; undefined when there is none that it takes. */
export function usableReasoning(
  { reasoning }: RequestConfig,
  { reasoning: accepted, efforts }: ModelCapability,
): Reasoning | undefined {
  if (reasoning === null || accepted === undefined) return undefined;
  if (typeof reasoning === "number") {
    return accepted === "effort" ? undefined : { kind: "budget", tokens: reasoning };
  }
  if (accepted === "budget_tokens") return undefined;
  return { kind: "effort", effort: nearestEffort(reasoning, efforts) };
}

/** The known effort that is nearest to the one wished for; of two the more moderate one. */
function nearestEffort(wished: string, known: readonly string[] = []): string {
  const place = (effort: string) => EFFORTS.indexOf(effort);
  if (known.length === 0 || known.includes(wished) || place(wished) < 0) return wished;
  const between = (a: string, b: string) => Math.abs(place(a) - place(b));
  const distance = (effort: string) => between(effort, wished) + between(effort, "medium") / 100;
  return known.reduce((best, effort) => distance(effort) < distance(best) ? effort : best);
}

/**
 * Whether a model can read what an earlier answer thought; old logs do not say whose it is. What is
 * signed or encrypted may be bound to the model and the account that it came from, and OpenAI and Google
 * refuse a request with anything in it that they cannot verify. Anthropic itself leaves out what a model
 * may not read, and wants to get all of it: only thoughts of other providers are kept from it.
 *
 * @see https://platform.claude.com/docs/en/build-with-claude/preserved-thinking
 */
export function canRead(model: ResolvedModel, item: ReasoningItem): boolean {
  if (item.scheme !== undefined && item.scheme !== model.scheme) return false;
  if (item.model === undefined) return true;
  const { provider, modelId, scheme } = model;
  return scheme === "anthropic"
    ? item.model.startsWith(`${provider}/`)
    : item.model === modelName({ provider, id: modelId });
}

/** The warning for a setting that is left out of the request (spec 20 §6.0). */
export function ignoredSetting(name: keyof RequestConfig, receiver: string): string {
  return `'${name}' is not supported by ${receiver} and will be ignored`;
}

/** The warnings for a `reasoning` setting that the model does not take, or not as it is (spec 20 W16). */
export function reasoningWarnings(
  config: RequestConfig,
  { modelId, capability }: ResolvedModel,
): string[] {
  const { reasoning } = config;
  if (reasoning === null) return [];
  const usable = usableReasoning(config, capability);
  if (usable === undefined) {
    const form = typeof reasoning === "string" ? "an effort" : "a budget";
    return [ignoredSetting("reasoning", `${modelId} as ${form}`)];
  }
  if (usable.kind === "budget" || usable.effort === reasoning) return [];
  return [`'reasoning' \`${reasoning}\` is not known to ${modelId}: \`${usable.effort}\` is used`];
}
