import type { ModelCapability } from "../manifest/mod.ts";
import type { CatalogModel } from "./catalog.ts";
import type { ModelPrice } from "./price.ts";

/** What nearly every model of today can do; the rest says what models have beyond it, or lack. */
export const COMMON = {
  tool_calling: "parallel",
  structured_output: "json_schema",
  vision: false,
  prompt_caching: { kind: "auto" },
} as const satisfies ModelCapability;

export const SEEING: ModelCapability = { ...COMMON, vision: true };
export const WITH_BUDGET: ModelCapability = { ...SEEING, reasoning: "budget_tokens" };
export const WITH_EFFORT: ModelCapability = { ...SEEING, reasoning: "effort" };

const CLAUDE: ModelCapability = {
  ...SEEING,
  prompt_caching: { kind: "explicit", max_breakpoints: 4 },
};
/** Claude up to 4.5: thinks within a budget. */
export const CLAUDE_WITH_BUDGET: ModelCapability = { ...CLAUDE, reasoning: "budget_tokens" };
/** Claude 4.6: takes a budget still, and an effort. */
const CLAUDE_WITH_BOTH: ModelCapability = {
  ...CLAUDE,
  reasoning: "both",
  efforts: ["low", "medium", "high", "max"],
};
/** Claude from 4.7 on: decides itself how much to think, and refuses a budget and sampling settings. */
const CLAUDE_WITH_EFFORT: ModelCapability = {
  ...CLAUDE,
  reasoning: "effort",
  efforts: ["low", "medium", "high", "xhigh", "max"],
  sampling: false,
};
/** Claude from Fable 5.1 on: its thoughts are of no use once the conversation before them has changed. */
const CLAUDE_BOUND: ModelCapability = { ...CLAUDE_WITH_EFFORT, bound_thinking: true };

/** OpenAI's reasoning models, which refuse sampling settings. */
const gpt = (...efforts: string[]): ModelCapability => ({
  ...WITH_EFFORT,
  efforts,
  sampling: false,
});
const GPT_5 = gpt("minimal", "low", "medium", "high");
const GPT_5_4 = gpt("none", "low", "medium", "high", "xhigh");
const GPT_6 = gpt("none", "low", "medium", "high", "xhigh", "max");
const GPT_6_ALWAYS_THINKING = gpt("low", "medium", "high", "xhigh", "max");

/** Gemini from the third generation on: has levels, the lowest of which not all of them know. */
export const GEMINI_3: ModelCapability = { ...WITH_EFFORT, efforts: ["low", "medium", "high"] };
/** The fourth pays no heed to sampling settings. */
const GEMINI_4: ModelCapability = { ...GEMINI_3, sampling: false };
const GEMINI_4_UP_TO_XHIGH: ModelCapability = {
  ...GEMINI_4,
  efforts: ["low", "medium", "high", "xhigh"],
};

/** A model: its id, its window, its longest answer in tokens, its price, and what it can do. */
type Row = readonly [
  id: string,
  window: number,
  longestAnswer?: number,
  price?: ModelPrice,
  capability?: ModelCapability,
];

function usd(
  input: number,
  output: number,
  cache_read: number,
  cache_write?: number,
): ModelPrice {
  return { input, output, cache_read, ...(cache_write !== undefined && { cache_write }) };
}

/** OpenAI's prices, which rise for prompts above 272,000 tokens. */
function gptPrice(
  input: number,
  output: number,
  cache_read: number,
  cache_write?: number,
): ModelPrice {
  const long = usd(
    2 * input,
    1.5 * output,
    2 * cache_read,
    cache_write === undefined ? undefined : 2 * cache_write,
  );
  return {
    ...usd(input, output, cache_read, cache_write),
    long_prompt: { above: 272_000, ...long },
  };
}

const OPUS_4_5_PRICE = usd(5, 25, 0.5, 6.25);
const SONNET_4_PRICE = usd(3, 15, 0.3, 3.75);
const OPUS_5_5_PRICE = usd(4, 20, 0.2, 5);
const SONNET_5_5_PRICE = usd(2, 10, 0.1, 2.5);
const HAIKU_5_5_PRICE: ModelPrice = {
  ...usd(0.1, 0.5, 0.01, 0.125),
  long_prompt: { above: 100_000, ...usd(0.5, 2.5, 0.05, 0.625) },
};

/**
 * Windows, limits and list prices are those of the vendors' model pages in November 2026; where none is
 * given it is not known for certain, or changes soon.
 *
 * @see https://platform.claude.com/docs/en/about-claude/pricing
 */
const ANTHROPIC: readonly Row[] = [
  ["claude-fable-5-2", 1_000_000, 128_000, usd(8, 40, 0.2, 10), CLAUDE_BOUND],
  ["claude-fable-5-1", 1_000_000, 128_000, usd(10, 50, 0.25, 12.5), CLAUDE_BOUND],
  ["claude-opus-5-5", 1_000_000, 128_000, OPUS_5_5_PRICE, CLAUDE_BOUND],
  ["claude-sonnet-5-5", 1_000_000, 128_000, SONNET_5_5_PRICE, CLAUDE_BOUND],
  ["claude-haiku-5-5", 1_000_000, 128_000, HAIKU_5_5_PRICE, CLAUDE_BOUND],
  ["claude-fable-5", 1_000_000, 128_000, usd(10, 50, 1, 12.5), CLAUDE_WITH_EFFORT],
  ["claude-opus-5", 1_000_000, 128_000, OPUS_4_5_PRICE, CLAUDE_WITH_EFFORT],
  ["claude-sonnet-5", 1_000_000, 128_000, usd(2, 10, 0.2, 2.5), CLAUDE_WITH_EFFORT],
  ["claude-opus-4-8", 1_000_000, 128_000, OPUS_4_5_PRICE, CLAUDE_WITH_EFFORT],
  ["claude-opus-4-7", 1_000_000, 128_000, OPUS_4_5_PRICE, CLAUDE_WITH_EFFORT],
  ["claude-opus-4-6", 1_000_000, 128_000, OPUS_4_5_PRICE, CLAUDE_WITH_BOTH],
  ["claude-sonnet-4-6", 1_000_000, 128_000, SONNET_4_PRICE, CLAUDE_WITH_BOTH],
  ["claude-opus-4-5", 200_000, 64_000, OPUS_4_5_PRICE],
  ["claude-sonnet-4-5", 200_000, 64_000, SONNET_4_PRICE],
  ["claude-haiku-4-5", 200_000, 64_000, usd(1, 5, 0.1, 1.25)],
  ["claude-opus-4-1", 200_000, 32_000, usd(15, 75, 1.5, 18.75)],
];

/**
 * GPT-5 and GPT-5 mini go on 11 December 2026, GPT-4.1 and GPT-4o on 14 January 2027.
 *
 * @see https://developers.openai.com/api/docs/pricing
 * @see https://developers.openai.com/api/docs/deprecations
 */
const OPENAI: readonly Row[] = [
  ["gpt-6.2-astra", 1_050_000, 128_000, gptPrice(8, 40, 0.4, 10), GPT_6_ALWAYS_THINKING],
  ["gpt-6.2-sol", 1_050_000, 128_000, gptPrice(2, 10, 0.1, 2.5), GPT_6_ALWAYS_THINKING],
  ["gpt-6-astra", 1_050_000, 128_000, gptPrice(10, 50, 1, 12.5), GPT_6_ALWAYS_THINKING],
  ["gpt-6.1-sol", 1_050_000, 128_000, gptPrice(2, 10, 0.1, 2.5), GPT_6_ALWAYS_THINKING],
  ["gpt-6.1-terra", 1_050_000, 128_000, gptPrice(1, 5, 0.05, 1.25), GPT_6],
  ["gpt-6-sol", 1_050_000, 128_000, gptPrice(2, 10, 0.2, 2.5), GPT_6],
  ["gpt-6-luna", 1_050_000, 128_000, gptPrice(0.1, 0.5, 0.01, 0.125), GPT_6],
  ["gpt-5.6-sol", 1_050_000, 128_000, undefined, GPT_6],
  ["gpt-5.6-terra", 1_050_000, 128_000, gptPrice(2, 12, 0.2, 2.5), GPT_6],
  ["gpt-5.6-luna", 1_050_000, 128_000, gptPrice(0.2, 1.2, 0.02, 0.25), GPT_6],
  ["gpt-5.5", 1_050_000, 128_000, gptPrice(5, 30, 0.5), GPT_5_4],
  ["gpt-5.4", 1_050_000, 128_000, gptPrice(2.5, 15, 0.25), GPT_5_4],
  ["gpt-5.4-mini", 400_000, 128_000, usd(0.75, 4.5, 0.075), GPT_5_4],
  ["gpt-5.4-nano", 400_000, 128_000, usd(0.2, 1.25, 0.02), GPT_5_4],
  ["gpt-5", 400_000, 128_000, usd(1.25, 10, 0.125), GPT_5],
  ["gpt-5-mini", 400_000, 128_000, usd(0.25, 2, 0.025), GPT_5],
  ["gpt-4.1", 1_047_576, 32_768, usd(2, 8, 0.5), SEEING],
  ["gpt-4.1-mini", 1_047_576, 32_768, usd(0.4, 1.6, 0.1), SEEING],
  ["gpt-4o", 128_000, 16_384, usd(2.5, 10, 1.25), SEEING],
  ["gpt-4o-mini", 128_000, 16_384, usd(0.15, 0.6, 0.075), SEEING],
];

/** Paid for by a subscription, so without a price by the token. */
const CODEX: readonly Row[] = [
  ["gpt-5-codex", 400_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5", 400_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5.5", 1_000_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5.6-sol", 1_050_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5.4", 272_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5.4-mini", 272_000, undefined, undefined, WITH_EFFORT],
  ["gpt-5.3-codex-spark", 272_000, undefined, undefined, WITH_EFFORT],
];
/** What the backend of ChatGPT takes of the larger windows. */
const CODEX_MAXIMUM = new Map([["gpt-5.5", 272_000], ["gpt-5.6-sol", 272_000]]);

/** All Gemini models of today are equally large. */
function gemini(id: string, price?: ModelPrice, capability?: ModelCapability): Row {
  return [id, 1_048_576, 65_536, price, capability];
}

/** Google's prices, which rise for prompts above 200,000 tokens. */
function geminiPrice(price: ModelPrice, long: ModelPrice): ModelPrice {
  return { ...price, long_prompt: { above: 200_000, ...long } };
}

/**
 * From 1 December 2026 on, requests to 2.5 Pro and 2.5 Flash are answered by 3.8 Flash and 3.5 Flash-Lite.
 *
 * @see https://ai.google.dev/gemini-api/docs/pricing
 * @see https://ai.google.dev/gemini-api/docs/deprecations
 */
const GEMINI: readonly Row[] = [
  gemini("gemini-4-neon", usd(3, 15, 0.15), GEMINI_4),
  gemini("gemini-4-hydrogen", usd(1.5, 7.5, 0.075), GEMINI_4_UP_TO_XHIGH),
  gemini("gemini-4-carbon", undefined, GEMINI_4),
  gemini("gemini-4-argon", undefined, GEMINI_4),
  gemini("gemini-3.8-flash"),
  gemini("gemini-3.6-flash"),
  gemini("gemini-3.5-flash-lite", usd(0.3, 2.5, 0.03)),
  gemini("gemini-3.1-pro-preview", geminiPrice(usd(2, 12, 0.2), usd(4, 18, 0.4))),
  gemini("gemini-3.1-flash-lite"),
  gemini("gemini-2.5-pro", geminiPrice(usd(1.25, 10, 0.125), usd(2.5, 15, 0.25)), WITH_BUDGET),
  gemini("gemini-2.5-flash", usd(0.3, 2.5, 0.03), WITH_BUDGET),
  gemini("gemini-2.5-flash-lite", usd(0.1, 0.4, 0.01), WITH_BUDGET),
];

/** Charges what the vendors charge. */
const OPENROUTER: readonly Row[] = [
  ["anthropic/claude-opus-5.5", 1_000_000, undefined, OPUS_5_5_PRICE, WITH_EFFORT],
  ["anthropic/claude-sonnet-5.5", 1_000_000, undefined, SONNET_5_5_PRICE, WITH_EFFORT],
  ["anthropic/claude-opus-4.8", 1_000_000, undefined, OPUS_4_5_PRICE, WITH_EFFORT],
  ["anthropic/claude-sonnet-4.6", 1_000_000, undefined, SONNET_4_PRICE, WITH_EFFORT],
  ["anthropic/claude-sonnet-4", 200_000, undefined, SONNET_4_PRICE, WITH_BUDGET],
  ["openai/gpt-6-sol", 1_050_000, undefined, gptPrice(2, 10, 0.2, 2.5), WITH_EFFORT],
  ["openai/gpt-5.5", 1_050_000, undefined, gptPrice(5, 30, 0.5), WITH_EFFORT],
  ["openai/gpt-5", 400_000, undefined, usd(1.25, 10, 0.125), WITH_EFFORT],
];

const OLLAMA: readonly Row[] = [
  ["llama3.1", 128_000],
  ["llama3.3", 128_000],
  ["qwen2.5-coder", 128_000],
  ["qwen3-coder", 256_000],
];

/** The models that pod knows by itself (spec 20 §10.3), the newest of each provider first. */
export const BUILTIN_MODELS: readonly CatalogModel[] = [
  ...models("anthropic", ANTHROPIC),
  ...models("openai", OPENAI),
  ...models("gemini", GEMINI),
  ...models("openrouter", OPENROUTER),
  ...models("codex-oauth", CODEX).map((model) => withMaximum(model, CODEX_MAXIMUM)),
  ...models("ollama-local", OLLAMA),
];

function models(provider: string, rows: readonly Row[]): CatalogModel[] {
  return rows.map(([id, context_window, max_output_tokens, price, capability]) => ({
    provider,
    id,
    context_window,
    ...(max_output_tokens !== undefined && { max_output_tokens }),
    ...(price !== undefined && { price }),
    ...(capability !== undefined && { capability }),
  }));
}

function withMaximum(model: CatalogModel, maximums: ReadonlyMap<string, number>): CatalogModel {
  const max_context_window = maximums.get(model.id);
  return max_context_window === undefined ? model : { ...model, max_context_window };
}
