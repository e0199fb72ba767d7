import { isJsonObject } from "../base/mod.ts";
import { apiError } from "./call_error.ts";
import type { ModelError } from "./model.ts";

type Members = Readonly<Record<string, unknown>>;

const LONGEST_HINT = 512;

/** Members of a response that repeat what was asked and answered. */
const NO_HINTS = ["input", "instructions", "output", "tools", "usage"];

/**
 * The error for a response that the provider gave up (spec 20 §6.3). What the error says beside its
 * code and message follows as JSON; when there is no message, so does the rest of the response.
 *
 * @param event the type of the event that brought the response
 */
export function responseFailure(event: string, response: unknown): ModelError {
  const { error, incomplete_details, ...others } = membersOf(response);
  const { code, type, message, ...rest } = membersOf(error);
  const { reason } = membersOf(incomplete_details);
  const apiCode = [code, type, reason].find((value) => typeof value === "string");
  const hasMessage = typeof message === "string";
  const hints = known({
    error_type: type === apiCode ? null : type,
    error_extra: extra(rest),
    incomplete_reason: reason,
    response_extra: hasMessage ? null : extra(others),
  });
  const text = hasMessage ? message : `OpenAI Responses ${event}`;
  if (Object.keys(hints).length === 0) return apiError(text, { apiCode });
  const diagnostic = JSON.stringify({ event, ...hints });
  return apiError(`${text} | diagnostic=${diagnostic}`, { apiCode });
}

function membersOf(value: unknown): Members {
  return isJsonObject(value) ? value : {};
}

/** The members that may say something new, cut where they are too long to read. */
function extra(members: Members): Members {
  return Object.fromEntries(
    Object.entries(known(members))
      .filter(([name]) => !NO_HINTS.includes(name))
      .map(([name, value]) => [name, shortened(value)]),
  );
}

function known(members: Members): Members {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) =>
      value !== undefined && value !== null &&
      (typeof value !== "object" || Object.keys(value).length > 0)
    ),
  );
}

function shortened(value: unknown): unknown {
  const text = typeof value === "string" ? value : JSON.stringify(value);
  return text.length <= LONGEST_HINT ? value : `${text.slice(0, LONGEST_HINT)}…`;
}
