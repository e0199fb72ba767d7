import { versionedBaseUrl } from "./base_url.ts";
import type { Model } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { openaiChatBody, openaiChatUnsupported } from "./openai_chat_request.ts";
import { ChatReader, parseChatChunk } from "./openai_chat_stream.ts";
import { requestHeaders } from "./request_headers.ts";
import { wireEvents } from "./wire_events.ts";
import { wireModel } from "./wire_model.ts";

/**
 * A model behind OpenAI's Chat Completions API or a server that speaks it (spec 20 §6.2).
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function openaiChatModel(setup: ModelSetup): Model {
  const { resolved, credential } = setup;
  const url = `${versionedBaseUrl(resolved.baseUrl)}/chat/completions`;
  const headers = requestHeaders(
    credential.kind === "api_key" ? { authorization: `Bearer ${credential.key}` } : {},
  );

  return wireModel(setup, {
    url,
    headers,
    body: (request) => openaiChatBody(request, resolved),
    events: (response) => wireEvents(response, parseChatChunk),
    reader: ({ items }) => new ChatReader(items),
    unreadable: (detail) => `API error [parse_error]: Failed to parse SSE data: ${detail}`,
    unsupported: (config) => openaiChatUnsupported(config, resolved),
  });
}
