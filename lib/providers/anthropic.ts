import { anthropicBody, anthropicUnsupported } from "./anthropic_request.ts";
import { AnthropicReader, parseAnthropicEvent } from "./anthropic_stream.ts";
import { versionedBaseUrl } from "./base_url.ts";
import type { Model } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { requestHeaders } from "./request_headers.ts";
import { wireEvents } from "./wire_events.ts";
import { wireModel } from "./wire_model.ts";

/** The version that compatible servers know too. */
const API_VERSION = "2023-06-01";

/** Opt-in features that pod wants, by provider; other servers may not know them. */
const BETAS: Readonly<Record<string, readonly string[]>> = {
  anthropic: ["fine-grained-tool-streaming-2025-05-14"],
};
/** What a request needs that says what to do about bound thinking. */
const BOUND_THINKING_BETA = "thinking-binding-controls-2026-08-01";

/**
 * A model behind the Anthropic Messages API or a server that speaks it (spec 20 §6.1). As with
 * the other schemes without the vendor's SDK, which takes longer to load than all the rest of pod, and
 * twice the processor time for a stream.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function anthropicModel(setup: ModelSetup): Model {
  const { resolved, credential } = setup;
  const url = `${versionedBaseUrl(resolved.baseUrl)}/messages`;
  const betas = [
    ...(BETAS[resolved.provider] ?? []),
    ...(resolved.capability.bound_thinking ? [BOUND_THINKING_BETA] : []),
  ];
  const headers = requestHeaders({
    "anthropic-version": API_VERSION,
    ...(betas.length > 0 && { "anthropic-beta": betas.join() }),
    ...(credential.kind === "api_key" && { "x-api-key": credential.key }),
  });

  return wireModel(setup, {
    url,
    headers,
    body: (request) => anthropicBody(request, resolved),
    events: (response) => wireEvents(response, parseAnthropicEvent),
    reader: () => new AnthropicReader(),
    unreadable: (detail) => `JSON parse error: ${detail}`,
    unsupported: (config) => anthropicUnsupported(config, resolved),
  });
}
