import type { ModelCapability, ModelScheme } from "../manifest/mod.ts";
import type { ReasoningItem, RequestConfig } from "../protocol/mod.ts";
import type { ResolvedModel } from "./resolve_model.ts";

/** How much a model is asked to think: a label of the provider's, or a number of tokens. */
export type Reasoning =
  | { readonly kind: "effort"; readonly effort: string }
  | { readonly kind: "budget"; readonly tokens: number };

/** The `reasoning` setting, or undefined when there is none or the model takes no such form. */
export function usableReasoning(
  { reasoning }: RequestConfig,
  { reasoning: accepted }: ModelCapability,
): Reasoning | undefined {
  if (reasoning === null || accepted === undefined) return undefined;
  if (typeof reasoning === "string") {
    return accepted === "budget_tokens" ? undefined : { kind: "effort", effort: reasoning };
  }
  return accepted === "effort" ? undefined : { kind: "budget", tokens: reasoning };
}

/** Whether an API of `scheme` can read what an earlier answer thought; old logs do not say whose it is. */
export function canRead(scheme: ModelScheme, item: ReasoningItem): boolean {
  return item.scheme === undefined || item.scheme === scheme;
}

/** The warning for a `reasoning` setting in a form that the model does not take, if it is one. */
export function ignoredReasoning(
  config: RequestConfig,
  { modelId, capability }: ResolvedModel,
): string | undefined {
  if (config.reasoning === null || usableReasoning(config, capability)) return undefined;
  const form = typeof config.reasoning === "string" ? "an effort" : "a budget";
  return ignoredSetting("reasoning", `${modelId} as ${form}`);
}

/** The warning for a setting that is left out of the request (spec 20 §6.0). */
export function ignoredSetting(name: keyof RequestConfig, receiver: string): string {
  return `'${name}' is not supported by ${receiver} and will be ignored`;
}
