import { OpenAI } from "openai";
import { versionedBaseUrl } from "./base_url.ts";
import { readStream } from "./event_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { openaiChatBody, openaiChatUnsupported } from "./openai_chat_request.ts";
import { type ChatChunk, ChatReader } from "./openai_chat_stream.ts";
import { requestHeaders, SDK_OPTIONS } from "./sdk_client.ts";

/** What the SDK would otherwise take from the environment. */
const NOT_FROM_ENVIRONMENT = {
  adminAPIKey: null,
  organization: null,
  project: null,
  webhookSecret: null,
} as const;

/**
 * A model behind OpenAI's Chat Completions API or a server that speaks it (spec 20 §6.2).
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function openaiChatModel({ resolved, info, credential, limits }: ModelSetup): Model {
  const baseURL = versionedBaseUrl(resolved.baseUrl);
  const headers = requestHeaders(
    credential.kind === "api_key" ? { authorization: `Bearer ${credential.key}` } : {},
  );

  /** Posts by path: `chat.completions.create` copies every chunk of the stream. */
  const open = (request: ModelRequest, { fetch, signal }: HttpCall) =>
    new OpenAI({ ...SDK_OPTIONS, ...NOT_FROM_ENVIRONMENT, baseURL, fetch })
      .post<AsyncIterable<ChatChunk>>("/chat/completions", {
        body: openaiChatBody(request, resolved),
        stream: true,
        signal,
      });

  return {
    info,
    stream: (request, signal) =>
      readStream({
        headers,
        limits,
        secret: credential.kind === "api_key" ? credential.key : null,
        reader: new ChatReader(request.items),
        open: (call) => open(request, call),
        ApiError: OpenAI.APIError,
        unreadable: (detail) => `API error [parse_error]: Failed to parse SSE data: ${detail}`,
      }, signal),
    unsupported: (config) => openaiChatUnsupported(config, resolved),
  };
}
