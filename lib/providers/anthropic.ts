import { anthropicBody, anthropicUnsupported } from "./anthropic_request.ts";
import { type AnthropicEvent, AnthropicReader } from "./anthropic_stream.ts";
import { versionedBaseUrl } from "./base_url.ts";
import { readStream } from "./event_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { requestHeaders, SDK_OPTIONS } from "./sdk_client.ts";

/** The version that compatible servers know too. */
const API_VERSION = "2023-06-01";

/** Opt-in features that pod wants, by provider; other servers may not know them. */
const BETAS: Readonly<Record<string, string>> = {
  anthropic: "fine-grained-tool-streaming-2025-05-14",
};

/**
 * A model behind the Anthropic Messages API or a server that speaks it (spec 20 §6.1). The SDK is loaded
 * with the first request: a pod need not wait for it to be ready, nor hold it while nobody asks anything.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function anthropicModel({ resolved, info, credential, limits }: ModelSetup): Model {
  const baseURL = versionedBaseUrl(resolved.baseUrl);
  const beta = BETAS[resolved.provider];
  const headers = requestHeaders({
    "anthropic-version": API_VERSION,
    ...(beta && { "anthropic-beta": beta }),
    ...(credential.kind === "api_key" && { "x-api-key": credential.key }),
  });

  return {
    info,
    async *stream(request, signal) {
      const { Anthropic } = await import("@anthropic-ai/sdk");
      /** Posts by path: `messages.create` writes warnings about models to the console. */
      const open = ({ fetch, signal }: HttpCall) =>
        new Anthropic({ ...SDK_OPTIONS, baseURL, fetch, openTelemetry: false })
          .post<AsyncIterable<AnthropicEvent>>("/messages", {
            body: anthropicBody(request, resolved),
            stream: true,
            signal,
          });
      yield* readStream({
        headers,
        limits,
        secret: credential.kind === "api_key" ? credential.key : null,
        reader: new AnthropicReader(),
        open,
        ApiError: Anthropic.APIError,
        unreadable: (detail) => `JSON parse error: ${detail}`,
      }, signal);
    },
    unsupported: (config) => anthropicUnsupported(config, resolved),
  };
}
