import { apiError } from "./call_error.ts";
import type { CodexSession } from "./codex_auth.ts";
import type { CodexLogin } from "./codex_login.ts";
import { ModelError, type ModelEvent } from "./model.ts";
import { CLIENT_NAME, requestHeaders } from "./request_headers.ts";

/** A request as it goes out. */
export interface Outgoing {
  readonly headers: Headers;
  /** Must not be repeated in an error. */
  readonly secret: string | null;
  /** Bytes are sent as they are, other objects as JSON. */
  readonly body: object | Uint8Array<ArrayBuffer>;
}

/** A request to ChatGPT's server that nobody has signed yet. */
export interface ChatGptRequest {
  readonly login: CodexLogin;
  readonly body: object;
  readonly cacheKey?: string;
  /** Sends it once. */
  send(outgoing: Outgoing, signal: AbortSignal): AsyncIterable<ModelEvent>;
}

/**
 * One answer of ChatGPT's server (spec 20 §10.4). Tokens are looked up for every request; if they are
 * refused although they looked good, they are renewed and the request is sent once more.
 *
 * @throws {ModelError} as `send`, and when there is no login or it is no longer valid.
 */
export async function* throughChatGpt(
  request: ChatGptRequest,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const { login, send } = request;
  try {
    const session = await login.session(signal);
    try {
      return yield* send(await sign(request, session), signal);
    } catch (error) {
      if (!(error instanceof ModelError) || error.status !== 401) throw error;
    }
    const renewed = await login.renew(session, signal);
    yield* send(await sign(request, renewed), signal);
  } catch (error) {
    if (signal.aborted) return;
    throw isPage(error) ? turnedAway() : error;
  }
}

async function sign({ body, cacheKey }: ChatGptRequest, session: CodexSession): Promise<Outgoing> {
  const { accessToken, accountId, isFedramp } = session;
  const { zstd } = await import("./zstd.ts");
  const compressed = zstd(JSON.stringify(body));
  const headers = requestHeaders({
    authorization: `Bearer ${accessToken}`,
    "chatgpt-account-id": accountId,
    originator: CLIENT_NAME,
    ...(isFedramp && { "x-openai-fedramp": "true" }),
    ...(cacheKey !== undefined && { session_id: cacheKey, "x-client-request-id": cacheKey }),
    ...(compressed && { "content-encoding": "zstd" }),
  });
  return { headers, secret: accessToken, body: compressed ?? body };
}

/** The firewall before the server answers clients that it does not know with a page for people. */
function isPage(error: unknown): boolean {
  return error instanceof ModelError && error.status === 403 &&
    /<!doctype html|<html/i.test(error.message);
}

function turnedAway(): ModelError {
  return apiError(
    "ChatGPT's server turned pod away with a page for people: it may be open to certain clients " +
      "only. Use a model of provider `openai` with an API key instead",
    { status: 403 },
  );
}
