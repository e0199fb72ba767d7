import { plainBaseUrl, versionedBaseUrl } from "./base_url.ts";
import { type Outgoing, throughChatGpt } from "./chatgpt_backend.ts";
import { readStream } from "./event_stream.ts";
import type { HttpCall } from "./http.ts";
import type { Model, ModelRequest } from "./model.ts";
import type { ModelSetup } from "./open_model.ts";
import { parseResponsesEvent } from "./openai_responses_event.ts";
import { openaiResponsesBody, openaiResponsesUnsupported } from "./openai_responses_request.ts";
import { ResponsesReader } from "./openai_responses_stream.ts";
import { requestHeaders } from "./request_headers.ts";
import { wireEvents } from "./wire_events.ts";

/**
 * A model behind OpenAI's Responses API or a server that speaks it (spec 20 §6.3); with the login of the
 * Codex CLI, a model behind ChatGPT's own server (spec 20 §10.4).
 *
 * @throws {ModelError} `config`, when base URL or key cannot be used.
 */
export function openaiResponsesModel(
  { resolved, info, credential, limits, trace }: ModelSetup,
): Model {
  const { kind } = credential;
  const base = (kind === "codex_oauth" ? plainBaseUrl : versionedBaseUrl)(resolved.baseUrl);

  const open = async (given: Outgoing["body"], { fetch, signal }: HttpCall) => {
    const body = given instanceof Uint8Array ? given : JSON.stringify(given);
    const response = await fetch(`${base}/responses`, { method: "POST", body, signal });
    return wireEvents(response, parseResponsesEvent);
  };

  const send = ({ headers, secret, body }: Outgoing, signal: AbortSignal) =>
    readStream({
      headers,
      limits,
      trace,
      scheme: info.scheme,
      secret,
      reader: new ResponsesReader(),
      open: (call) => open(body, call),
      unreadable: (detail) => `API error [parse_error]: Failed to parse SSE data: ${detail}`,
    }, signal);

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
