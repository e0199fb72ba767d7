import type { ModelCapability } from "../manifest/mod.ts";
import type { Catalog } from "./catalog.ts";

/** What nearly every model of today can do; the entries below say what they have beyond it. */
const COMMON = {
  tool_calling: "parallel",
  structured_output: "json_schema",
  vision: false,
  prompt_caching: { kind: "auto" },
} as const satisfies ModelCapability;

const CLAUDE: ModelCapability = {
  ...COMMON,
  vision: true,
  prompt_caching: { kind: "explicit", max_breakpoints: 4 },
};
const CLAUDE_WITH_BUDGET: ModelCapability = { ...CLAUDE, reasoning: "budget_tokens" };
const SEEING: ModelCapability = { ...COMMON, vision: true };
const WITH_BUDGET: ModelCapability = { ...SEEING, reasoning: "budget_tokens" };
const WITH_EFFORT: ModelCapability = { ...SEEING, reasoning: "effort" };

/** All Gemini models of today are equally large. */
const GEMINI_SIZE = { context_window: 1_048_576, max_output_tokens: 65_536 } as const;

/**
 * The providers and models that pod knows by itself (spec 20 §10.3). Output limits are those of the
 * vendors' model pages; where none is given the provider's own default counts.
 */
export const BUILTIN_CATALOG: Catalog = {
  providers: [
    {
      id: "anthropic",
      display_name: "Anthropic",
      scheme: "anthropic",
      base_url: "https://api.anthropic.com",
      auth_hint: { kind: "api_key", env: "POD_API_KEY_ANTHROPIC" },
      default_capability: CLAUDE_WITH_BUDGET,
      default_context_window: 200_000,
    },
    {
      id: "ollama-local",
      display_name: "Ollama (local)",
      scheme: "anthropic",
      base_url: "http://localhost:11434",
      auth_hint: { kind: "none" },
      default_capability: COMMON,
      default_context_window: 128_000,
    },
    {
      id: "codex-oauth",
      display_name: "ChatGPT (Codex OAuth)",
      scheme: "openai_responses",
      auth_hint: { kind: "codex_oauth" },
      default_capability: WITH_EFFORT,
      default_context_window: 400_000,
    },
    {
      id: "openrouter",
      display_name: "OpenRouter",
      scheme: "openai_chat",
      base_url: "https://openrouter.ai/api/v1",
      auth_hint: { kind: "api_key", env: "POD_API_KEY_OPENROUTER" },
      default_capability: SEEING,
      default_context_window: 200_000,
    },
    {
      id: "openai",
      display_name: "OpenAI",
      scheme: "openai_responses",
      base_url: "https://api.openai.com/v1",
      auth_hint: { kind: "api_key", env: "POD_API_KEY_OPENAI" },
      default_capability: WITH_EFFORT,
      default_context_window: 400_000,
    },
    {
      id: "gemini",
      display_name: "Google Gemini",
      scheme: "gemini",
      base_url: "https://generativelanguage.googleapis.com",
      auth_hint: { kind: "api_key", env: "POD_API_KEY_GEMINI" },
      default_capability: WITH_EFFORT,
      default_context_window: GEMINI_SIZE.context_window,
    },
    {
      id: "demo",
      display_name: "Built-in demonstration",
      scheme: "scripted",
      auth_hint: { kind: "none" },
    },
    {
      id: "scripted",
      display_name: "Scenario file",
      scheme: "scripted",
      auth_hint: { kind: "none" },
    },
  ],
  models: [
    {
      provider: "anthropic",
      id: "claude-sonnet-4-6",
      context_window: 200_000,
      max_output_tokens: 128_000,
    },
    {
      provider: "anthropic",
      id: "claude-sonnet-4-5",
      context_window: 200_000,
      max_output_tokens: 64_000,
    },
    {
      provider: "anthropic",
      id: "claude-opus-4-1",
      context_window: 200_000,
      max_output_tokens: 32_000,
    },
    {
      provider: "anthropic",
      id: "claude-opus-4-8",
      capability: CLAUDE,
      context_window: 1_000_000,
      max_output_tokens: 128_000,
    },
    {
      provider: "anthropic",
      id: "claude-haiku-4-5",
      context_window: 200_000,
      max_output_tokens: 64_000,
    },
    { provider: "ollama-local", id: "llama3.1", context_window: 128_000 },
    { provider: "ollama-local", id: "llama3.3", context_window: 128_000 },
    { provider: "ollama-local", id: "qwen2.5-coder", context_window: 128_000 },
    { provider: "ollama-local", id: "qwen3-coder", context_window: 256_000 },
    {
      provider: "codex-oauth",
      id: "gpt-5-codex",
      capability: WITH_EFFORT,
      context_window: 400_000,
    },
    { provider: "codex-oauth", id: "gpt-5", capability: WITH_EFFORT, context_window: 400_000 },
    {
      provider: "codex-oauth",
      id: "gpt-5.5",
      capability: WITH_EFFORT,
      context_window: 1_000_000,
      max_context_window: 272_000,
    },
    {
      provider: "codex-oauth",
      id: "gpt-5.6-sol",
      capability: WITH_EFFORT,
      context_window: 1_050_000,
      max_context_window: 272_000,
    },
    { provider: "codex-oauth", id: "gpt-5.4", capability: WITH_EFFORT, context_window: 272_000 },
    {
      provider: "codex-oauth",
      id: "gpt-5.4-mini",
      capability: WITH_EFFORT,
      context_window: 272_000,
    },
    {
      provider: "codex-oauth",
      id: "gpt-5.3-codex-spark",
      capability: WITH_EFFORT,
      context_window: 272_000,
    },
    {
      provider: "openrouter",
      id: "anthropic/claude-sonnet-4",
      capability: WITH_BUDGET,
      context_window: 200_000,
    },
    {
      provider: "openrouter",
      id: "anthropic/claude-sonnet-4.6",
      capability: WITH_BUDGET,
      context_window: 1_000_000,
    },
    { provider: "openrouter", id: "anthropic/claude-opus-4.8", context_window: 1_000_000 },
    {
      provider: "openrouter",
      id: "openai/gpt-5",
      capability: WITH_EFFORT,
      context_window: 400_000,
    },
    {
      provider: "openrouter",
      id: "openai/gpt-5.5",
      capability: WITH_EFFORT,
      context_window: 1_050_000,
    },
    { provider: "openai", id: "gpt-5", context_window: 400_000 },
    { provider: "openai", id: "gpt-5.5", context_window: 1_050_000 },
    { provider: "openai", id: "gpt-4.1", capability: SEEING, context_window: 1_047_576 },
    { provider: "openai", id: "gpt-4.1-mini", capability: SEEING, context_window: 1_047_576 },
    { provider: "openai", id: "gpt-4o", capability: SEEING, context_window: 128_000 },
    { provider: "openai", id: "gpt-4o-mini", capability: SEEING, context_window: 128_000 },
    { provider: "gemini", id: "gemini-4-argon", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.8-flash", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.7-flash", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.6-flash", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.5-flash-lite", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.1-pro-preview", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-3.1-flash-lite", ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-2.5-pro", capability: WITH_BUDGET, ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-2.5-flash", capability: WITH_BUDGET, ...GEMINI_SIZE },
    { provider: "gemini", id: "gemini-2.5-flash-lite", capability: WITH_BUDGET, ...GEMINI_SIZE },
  ],
};
