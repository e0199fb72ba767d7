import { versionedBaseUrl } from "./base_url.ts";
import { readStream } from "./event_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { openaiChatBody, openaiChatUnsupported } from "./openai_chat_request.ts";
import { ChatReader, parseChatChunk } from "./openai_chat_stream.ts";
import { requestHeaders } from "./request_headers.ts";
import { wireEvents } from "./wire_events.ts";

/**
 * A model behind OpenAI's Chat Completions API or a server that speaks it (spec 20 §6.2).
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function openaiChatModel({ resolved, info, credential, limits }: ModelSetup): Model {
  const url = `${versionedBaseUrl(resolved.baseUrl)}/chat/completions`;
  const headers = requestHeaders(
    credential.kind === "api_key" ? { authorization: `Bearer ${credential.key}` } : {},
  );

  const open = async (request: ModelRequest, { fetch, signal }: HttpCall) => {
    const body = JSON.stringify(openaiChatBody(request, resolved));
    return wireEvents(await fetch(url, { method: "POST", body, signal }), parseChatChunk);
  };

  return {
    info,
    stream: (request, signal) =>
      readStream({
        headers,
        limits,
        secret: credential.kind === "api_key" ? credential.key : null,
        reader: new ChatReader(request.items),
        open: (call) => open(request, call),
        unreadable: (detail) => `API error [parse_error]: Failed to parse SSE data: ${detail}`,
      }, signal),
    unsupported: (config) => openaiChatUnsupported(config, resolved),
  };
}
