import { versionedBaseUrl } from "./base_url.ts";
import { geminiChunks } from "./gemini_chunks.ts";
import { geminiBody, geminiUnsupported } from "./gemini_request.ts";
import { GeminiReader } from "./gemini_stream.ts";
import type { Model } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { requestHeaders } from "./request_headers.ts";
import { wireModel } from "./wire_model.ts";

/** The version that has tools, thinking and whatever else is not old. */
const API_VERSION = "v1beta";

/**
 * A model behind the Gemini API (spec 20 §6.4). The key goes out as a header: URLs end up in logs.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function geminiModel(setup: ModelSetup): Model {
  const { resolved, credential } = setup;
  const base = versionedBaseUrl(resolved.baseUrl, API_VERSION);
  const url = `${base}/models/${resolved.modelId}:streamGenerateContent?alt=sse`;
  const headers = requestHeaders(
    credential.kind === "api_key" ? { "x-goog-api-key": credential.key } : {},
  );

  return wireModel(setup, {
    url,
    headers,
    body: (request) => geminiBody(request, resolved),
    events: geminiChunks,
    reader: ({ items }) => new GeminiReader(items),
    unreadable: (detail) => `API error [parse_error]: Failed to parse Gemini SSE data: ${detail}`,
    unsupported: (config) => geminiUnsupported(config, resolved),
  });
}
