import {
  BUILTIN_MODELS,
  CLAUDE_WITH_BUDGET,
  COMMON,
  GEMINI_3,
  SEEING,
  WITH_EFFORT,
} from "./builtin_models.ts";
import type { Catalog } from "./catalog.ts";

/** A local model may have to read a long prompt on a slow machine. */
const LOCAL = {
  auth_hint: { kind: "none" },
  default_capability: COMMON,
  timeouts: { open_ms: 600_000, first_event_ms: 600_000, idle_ms: 600_000 },
} as const;

/**
 * The providers and models that pod knows by itself (spec 20 §10.3).
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
      ...LOCAL,
      default_context_window: 128_000,
    },
    {
      id: "llama-cpp",
      display_name: "llama.cpp server (local)",
      scheme: "openai_chat",
      base_url: "http://localhost:8080/v1",
      ...LOCAL,
      default_context_window: 32_768,
    },
    {
      id: "lm-studio",
      display_name: "LM Studio (local)",
      scheme: "openai_chat",
      base_url: "http://localhost:1234/v1",
      ...LOCAL,
      default_context_window: 32_768,
    },
    {
      id: "vllm",
      display_name: "vLLM (local)",
      scheme: "openai_chat",
      base_url: "http://localhost:8000/v1",
      ...LOCAL,
      default_context_window: 32_768,
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
      default_capability: GEMINI_3,
      default_context_window: 1_048_576,
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
  models: BUILTIN_MODELS,
};
