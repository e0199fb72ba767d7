import { plainBaseUrl, versionedBaseUrl } from "./base_url.ts";
import { type Outgoing, throughChatGpt } from "./chatgpt_backend.ts";
import { readStream } from "./event_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model, ModelEvent, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import type { ResponsesEvent } from "./openai_responses_event.ts";
import { openaiResponsesBody, openaiResponsesUnsupported } from "./openai_responses_request.ts";
import { ResponsesReader } from "./openai_responses_stream.ts";
import { requestHeaders, SDK_OPTIONS } from "./sdk_client.ts";

/** What the SDK would otherwise take from the environment. */
const NOT_FROM_ENVIRONMENT = {
  adminAPIKey: null,
  organization: null,
  project: null,
  webhookSecret: null,
} as const;

/**
 * A model behind OpenAI's Responses API or a server that speaks it (spec 20 §6.3); with the login of the
 * Codex CLI, a model behind ChatGPT's own server (spec 20 §10.4). The SDK is loaded with the first request.
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function openaiResponsesModel({ resolved, info, credential, limits }: ModelSetup): Model {
  const { kind } = credential;
  const baseURL = (kind === "codex_oauth" ? plainBaseUrl : versionedBaseUrl)(resolved.baseUrl);

  async function* send(
    { headers, secret, body }: Outgoing,
    signal: AbortSignal,
  ): AsyncGenerator<ModelEvent> {
    const { OpenAI } = await import("openai");
    /** Posts by path: `responses.create` looks at the answer again. */
    const open = ({ fetch, signal }: HttpCall) =>
      new OpenAI({ ...SDK_OPTIONS, ...NOT_FROM_ENVIRONMENT, baseURL, fetch })
        .post<AsyncIterable<ResponsesEvent>>("/responses", { body, stream: true, signal });
    yield* readStream({
      headers,
      limits,
      secret,
      reader: new ResponsesReader(),
      open,
      ApiError: OpenAI.APIError,
      unreadable: (detail) => `API error [parse_error]: Failed to parse SSE data: ${detail}`,
    }, signal);
  }

  const bodyOf = (request: ModelRequest) => openaiResponsesBody(request, resolved);
  const unsupported: Model["unsupported"] = (config) =>
    openaiResponsesUnsupported(config, resolved);
  if (kind === "codex_oauth") {
    const { login } = credential;
    const stream: Model["stream"] = (request, signal) =>
      throughChatGpt({ login, body: bodyOf(request), cacheKey: request.cacheKey, send }, signal);
    return { info, stream, unsupported };
  }
  const secret = kind === "api_key" ? credential.key : null;
  const headers = requestHeaders(secret === null ? {} : { authorization: `Bearer ${secret}` });
  const stream: Model["stream"] = (request, signal) =>
    send({ headers, secret, body: bodyOf(request) }, signal);
  return { info, stream, unsupported };
}
