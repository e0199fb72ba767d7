import * as v from "valibot";
import { isJsonObject, type JsonObject } from "../base/mod.ts";
import { issueText } from "../protocol/mod.ts";
import { parseJson } from "./call_error.ts";
import { ModelError } from "./model.ts";

/** Tokens that say nothing about their end are renewed after so long. */
const RENEW_AFTER_MS = 8 * 24 * 60 * 60 * 1000;
const OPENAI_CLAIMS = "https://api.openai.com/auth";

const token = v.pipe(v.string(), v.nonEmpty("Expected a token"));

/** `auth.json` of the Codex CLI; what is not known here stays as it is. */
const authFile = v.looseObject({
  tokens: v.looseObject({
    id_token: token,
    access_token: token,
    refresh_token: token,
    account_id: v.nullish(v.string()),
  }),
  last_refresh: v.exactOptional(v.unknown()),
});
type AuthFile = v.InferOutput<typeof authFile>;

/** What the token endpoint answers. */
export const renewedTokens = v.object({
  id_token: v.nullish(token),
  access_token: v.nullish(token),
  refresh_token: v.nullish(token),
});
export type RenewedTokens = v.InferOutput<typeof renewedTokens>;

/** A login as requests need it. */
export interface CodexSession {
  readonly accessToken: string;
  readonly accountId: string;
  /** Whether the account is in the realm of the US government. */
  readonly isFedramp: boolean;
}

/** A login with what it takes to renew it. */
export interface CodexAuth extends CodexSession {
  readonly refreshToken: string;
  /** When the access token must be renewed, in milliseconds since the epoch. */
  readonly staleAt: number;
}

/**
 * Reads the text of an `auth.json` (spec 20 §10.4).
 *
 * @param path for messages
 * @throws {ModelError} `config`, when there is no whole login in it; the message quotes no token.
 */
export function readCodexAuth(text: string, path: string): CodexAuth {
  const { tokens, last_refresh } = parse(text, path);
  const { [OPENAI_CLAIMS]: claims } = claimsOf(tokens.id_token);
  const { chatgpt_account_id, chatgpt_account_is_fedramp } = isJsonObject(claims) ? claims : {};
  const accountId = tokens.account_id || chatgpt_account_id;
  if (typeof accountId !== "string" || accountId === "") {
    throw malformed("it names no account", path);
  }
  return {
    accessToken: tokens.access_token,
    refreshToken: tokens.refresh_token,
    accountId,
    isFedramp: chatgpt_account_is_fedramp === true,
    staleAt: staleAt(tokens.access_token, last_refresh),
  };
}

/**
 * The text of an `auth.json` with the tokens that were received and the date of that; nothing else in
 * it is changed.
 *
 * @param text one that `readCodexAuth` can read
 */
export function withTokens(text: string, received: RenewedTokens, now: Date): string {
  const file: AuthFile = JSON.parse(text);
  const tokens = Object.fromEntries(Object.entries(received).filter(([, token]) => token));
  const renewed = {
    ...file,
    tokens: { ...file.tokens, ...tokens },
    last_refresh: now.toISOString(),
  };
  return `${JSON.stringify(renewed, null, 2)}\n`;
}

function parse(text: string, path: string): AuthFile {
  const json = parseJson(text);
  if (json === undefined) throw malformed("it is no JSON", path);
  const parsed = v.safeParse(authFile, json);
  if (!parsed.success) throw malformed(issueText(parsed.issues), path);
  return parsed.output;
}

function malformed(detail: string, path: string): ModelError {
  return new ModelError(
    "config",
    `Config error: malformed ~/.codex/auth.json: ${detail} (${path}). Run \`codex login\` again.`,
  );
}

/** By the end that the token names, else by its age; at once when neither is known. */
function staleAt(accessToken: string, lastRefresh: unknown): number {
  const { exp } = claimsOf(accessToken);
  if (typeof exp === "number") return exp * 1000;
  const refreshedAt = typeof lastRefresh === "string" ? Date.parse(lastRefresh) : NaN;
  return Number.isNaN(refreshedAt) ? -Infinity : refreshedAt + RENEW_AFTER_MS;
}

/** What a JSON Web Token claims, unchecked; nothing when it is none (RFC 7519). */
function claimsOf(token: string): JsonObject {
  const payload = token.split(".")[1] ?? "";
  try {
    const bytes = Uint8Array.fromBase64(payload, { alphabet: "base64url" });
    const claims: unknown = JSON.parse(new TextDecoder().decode(bytes));
    return isJsonObject(claims) ? claims : {};
  } catch (error) {
    // Tokens may be opaque: what cannot be read claims nothing.
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}
