import * as v from "valibot";
import { isJsonObject, messageOf } from "../base/mod.ts";
import { apiError, isRetryableStatus, parseJson, shortened } from "./call_error.ts";
import { type RenewedTokens, renewedTokens } from "./codex_auth.ts";
import { orAborted } from "./http.ts";
import type { ModelError } from "./model.ts";
import { requestHeaders } from "./request_headers.ts";

/** Where and how patiently tokens are renewed. */
export interface TokenEndpoint {
  readonly url: string;
  readonly timeoutMs: number;
}

interface TokenAnswer {
  readonly status: number;
  readonly text: string;
}

/** The program that the tokens were given to; they can be renewed in its name only. */
const CLIENT_ID = "app_EMoamEEZ73f0CkXaXp7hrann";

/** What is said about a refresh token that is of no use any more. */
const USELESS: Readonly<Record<string, string>> = {
  refresh_token_expired: "Your refresh token has expired",
  refresh_token_reused: "Your refresh token was already used",
  refresh_token_invalidated: "Your refresh token was revoked",
};

/**
 * Gets new tokens for a refresh token, which then is used up (spec 20 §10.4).
 *
 * @throws {ModelError} `api`: with the code `refresh_transient` when trying again may help, else with
 * the status and what to do. The message does not quote the token.
 */
export async function renewTokens(
  refreshToken: string,
  endpoint: TokenEndpoint,
): Promise<RenewedTokens> {
  const request = {
    client_id: CLIENT_ID,
    grant_type: "refresh_token",
    refresh_token: refreshToken,
  };
  const { status, text } = await post(request, endpoint).catch((error) => {
    throw transient(messageOf(error), error);
  });
  if (status !== 200) {
    const quotable = text.replaceAll(refreshToken, "[key]");
    const isFinal = status >= 400 && status < 500 && !isRetryableStatus(status);
    throw isFinal
      ? refusal(status, quotable)
      : transient(`status ${status}: ${shortened(quotable)}`);
  }
  const parsed = v.safeParse(renewedTokens, parseJson(text));
  if (!parsed.success) throw transient("the answer holds no tokens");
  return parsed.output;
}

async function post(body: object, { url, timeoutMs }: TokenEndpoint): Promise<TokenAnswer> {
  const timeout = new AbortController();
  const timer = setTimeout(
    () => timeout.abort(new Error(`no answer within ${timeoutMs / 1000} s`)),
    timeoutMs,
  );
  const exchange = async () => {
    const response = await fetch(url, {
      method: "POST",
      headers: requestHeaders({ accept: "application/json" }),
      body: JSON.stringify(body),
      // A redirect could carry the token to another host.
      redirect: "manual",
      signal: timeout.signal,
    });
    return { status: response.status, text: await response.text() };
  };
  try {
    return await orAborted(exchange(), timeout.signal);
  } finally {
    clearTimeout(timer);
  }
}

function refusal(status: number, body: string): ModelError {
  const code = codeIn(parseJson(body));
  const known = code === undefined ? undefined : USELESS[code];
  const said = known ?? `Unknown ${status} from refresh endpoint: ${shortened(body)}`;
  return apiError(`${said}. Please run \`codex login\` again.`, {
    status,
    apiCode: known === undefined ? "refresh_token_failed" : code,
  });
}

function codeIn(body: unknown): string | undefined {
  if (!isJsonObject(body)) return undefined;
  const { error } = body;
  const codes = [isJsonObject(error) ? error.code : error, body.code];
  return codes.find((code) => typeof code === "string");
}

function transient(detail: string, cause?: unknown): ModelError {
  const message = `the ChatGPT login could not be renewed: ${detail}`;
  return apiError(message, { apiCode: "refresh_transient", cause });
}
