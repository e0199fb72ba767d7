import { versionedBaseUrl } from "./base_url.ts";
import { readStream } from "./event_stream.ts";
import { geminiChunks } from "./gemini_chunks.ts";
import { geminiBody, geminiUnsupported } from "./gemini_request.ts";
import { GeminiReader } from "./gemini_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { requestHeaders } from "./request_headers.ts";

/** The version that has tools, thinking and whatever else is not old. */
const API_VERSION = "v1beta";

/**
 * A model behind the Gemini API (spec 20 §6.4). The key goes out as a header: URLs end up in logs.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function geminiModel({ resolved, info, credential, limits }: ModelSetup): Model {
  const base = versionedBaseUrl(resolved.baseUrl, API_VERSION);
  const url = `${base}/models/${resolved.modelId}:streamGenerateContent?alt=sse`;
  const headers = requestHeaders(
    credential.kind === "api_key" ? { "x-goog-api-key": credential.key } : {},
  );

  const open = async (request: ModelRequest, { fetch, signal }: HttpCall) => {
    const body = JSON.stringify(geminiBody(request, resolved));
    return geminiChunks(await fetch(url, { method: "POST", body, signal }));
  };

  return {
    info,
    stream: (request, signal) =>
      readStream({
        headers,
        limits,
        secret: credential.kind === "api_key" ? credential.key : null,
        reader: new GeminiReader(request.items),
        open: (call) => open(request, call),
        unreadable: (detail) =>
          `API error [parse_error]: Failed to parse Gemini SSE data: ${detail}`,
      }, signal),
    unsupported: (config) => geminiUnsupported(config, resolved),
  };
}
