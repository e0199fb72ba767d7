import type { ModelServer } from "./model_server.ts";

/** The environment in which `server` is Anthropic, and thus the default model there. */
export function anthropicAt(server: ModelServer): Record<string, string> {
  return { ANTHROPIC_API_KEY: "key-1", ANTHROPIC_BASE_URL: server.url };
}
