import { isJsonObject } from "../base/mod.ts";
import { ModelError, type ModelErrorOptions } from "./model.ts";

const RETRYABLE_STATUS = new Set([408, 425, 429, 500, 502, 503, 504, 529]);

/** What is said where there is no status, as inside a stream, for trouble that passes. */
const RETRYABLE_CODES = new Set([
  "DEADLINE_EXCEEDED",
  "INTERNAL",
  "MALFORMED_FUNCTION_CALL",
  "MALFORMED_RESPONSE",
  "RESOURCE_EXHAUSTED",
  "UNAVAILABLE",
  "UNEXPECTED_TOOL_CALL",
  "api_error",
  "internal_server_error",
  "overloaded_error",
  "rate_limit_error",
  "rate_limit_exceeded",
  "refresh_transient",
  "server_error",
  "service_unavailable",
  "timeout_error",
]);

/** Some servers answer with a whole page. */
const LONGEST_MESSAGE = 4000;

/** An HTTP date begins with the name of a day. */
const HTTP_DATE = /^[A-Z][a-z]{2}/;

/**
 * Whether a call that failed like this is worth trying again as it is (spec 20 §5.1). A stream that
 * broke is not among them: what to do about it depends on what it had brought.
 */
export function isRetryable(error: ModelError): boolean {
  if (error.kind === "transport" || error.kind === "timeout") return true;
  if (error.kind !== "api") return false;
  if (error.status !== undefined) return isRetryableStatus(error.status);
  const { apiCode = "" } = error;
  return RETRYABLE_CODES.has(apiCode) || isRetryableStatus(Number(apiCode));
}

/** Whether an HTTP status tells of trouble that passes. */
export function isRetryableStatus(status: number): boolean {
  return RETRYABLE_STATUS.has(status);
}

/** The error for a response that is no event stream: `body` is its whole text (spec 20 §5.3). */
export function responseError(response: Response, body: string): ModelError {
  const payload = parseJson(body);
  const { code, message = body } = readErrorBody(payload);
  const retryAfterMs = readRetryAfter(response.headers, Date.now()) ?? readRetryDelay(payload);
  return apiError(message, { status: response.status, apiCode: code, retryAfterMs });
}

/**
 * The error for an `error` event inside a stream. `payload` is the parsed data of the event or the
 * error object in it.
 */
export function streamError(payload: unknown, cause: unknown): ModelError {
  const { code, message = text(payload) ?? JSON.stringify(payload) } = readErrorBody(payload);
  const retryAfterMs = readRetryDelay(payload);
  return apiError(message, { apiCode: code ?? numericCode(payload), retryAfterMs, cause });
}

/**
 * How long the provider asks to wait, in milliseconds: `retry-after-ms`, else `retry-after` in
 * seconds or as an HTTP date. Undefined when it does not say.
 */
export function readRetryAfter(headers: Headers, nowMs: number): number | undefined {
  const millis = nonNegative(headers.get("retry-after-ms"));
  if (millis !== undefined) return Math.round(millis);
  const text = headers.get("retry-after");
  const seconds = nonNegative(text);
  if (seconds !== undefined) return Math.round(seconds * 1000);
  const date = text !== null && HTTP_DATE.test(text) ? Date.parse(text) : NaN;
  return Number.isNaN(date) ? undefined : Math.max(0, date - nowMs);
}

/** The error for a stream that ended without saying that the answer is complete. */
export function endedEarly(): ModelError {
  return new ModelError("broken", "SSE parse error: the stream ended before the answer did");
}

/** The error for what the API itself said (spec 20 §5.3). */
export function apiError(message: string, options: ModelErrorOptions): ModelError {
  const status = options.status === undefined ? "" : ` (status: ${options.status})`;
  const code = options.apiCode === undefined ? "" : ` [${options.apiCode}]`;
  return new ModelError("api", `API error${status}${code}: ${message}`, options);
}

/** What is quoted of an answer, cut where nobody reads on; secrets must be gone from it before. */
export function shortened(text: string): string {
  return text.length <= LONGEST_MESSAGE ? text : `${text.slice(0, LONGEST_MESSAGE)}…`;
}

function readErrorBody(body: unknown): { code?: string; message?: string } {
  const error = innerError(body);
  if (!isJsonObject(error)) return {};
  // An event that is the error itself has a type too, which only says that.
  const type = error.type === "error" ? undefined : text(error.type);
  const code = text(error.code) ?? type ?? text(error.status);
  return { code, message: text(error.message) };
}

/** How long Google asks to wait, in milliseconds: it says so in the details of the error. */
function readRetryDelay(body: unknown): number | undefined {
  const error = innerError(body);
  if (!isJsonObject(error) || !Array.isArray(error.details)) return undefined;
  const detail = error.details.filter(isJsonObject).find((entry) => "retryDelay" in entry);
  const [, seconds] = /^([\d.]+)s$/.exec(text(detail?.retryDelay) ?? "") ?? [];
  return seconds === undefined ? undefined : Math.round(Number(seconds) * 1000);
}

/** Routers put the status that they got themselves into the events that they send on. */
function numericCode(payload: unknown): string | undefined {
  const error = innerError(payload);
  return isJsonObject(error) && typeof error.code === "number" ? `${error.code}` : undefined;
}

/** Google's streams answer with an array when they fail. */
function innerError(answer: unknown): unknown {
  const body = Array.isArray(answer) ? answer[0] : answer;
  return isJsonObject(body) && isJsonObject(body.error) ? body.error : body;
}

function text(value: unknown): string | undefined {
  return typeof value === "string" ? value : undefined;
}

function nonNegative(value: string | null): number | undefined {
  if (value === null || value.trim() === "") return undefined;
  const number = Number(value);
  return number >= 0 && Number.isFinite(number) ? number : undefined;
}

/** The value of a JSON text, or undefined when it is none. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
