import * as v from "valibot";
import { messageOf } from "../base/mod.ts";
import { completionKind } from "./completion.ts";
import { issueText, ProtocolError } from "./error.ts";
import { uint } from "./number.ts";
import { podEvent } from "./pod_event.ts";
import { rewindTargetId } from "./rewind.ts";
import { inputSegment } from "./segment.ts";
import { tagged } from "./tagged.ts";

/**
 * A client's own name for a request. The answer carries it as `reply_to`, and goes to that client alone:
 * what was asked for, an `error` that refuses it, or the `status` in which the pod has taken it.
 */
export const requestId = v.union([v.string(), v.pipe(v.number(), v.finite())]);
export type RequestId = v.InferOutput<typeof requestId>;

const id = v.exactOptional(requestId);

function bare<const Name extends string>(name: Name) {
  return v.object({ method: v.literal(name), id });
}

function withParams<const Name extends string, const Params extends v.ObjectEntries>(
  name: Name,
  params: Params,
) {
  return v.object({ method: v.literal(name), params: v.object(params), id });
}

/** One line from client to pod (spec 10 §2). */
export const method = tagged("method", [
  withParams("run", { input: v.array(inputSegment) }),
  /** `auto_run: false` only queues the text and does not wake an idle pod. */
  withParams("notify", { message: v.string(), auto_run: v.exactOptional(v.boolean()) }),
  v.object({ method: v.literal("pod_event"), params: podEvent, id }),
  bare("resume"),
  bare("cancel"),
  bare("pause"),
  bare("compact"),
  bare("list_rewind_targets"),
  withParams("rewind_to", { target: rewindTargetId, expected_head_entries: uint }),
  bare("shutdown"),
  withParams("list_completions", { kind: completionKind, prefix: v.string() }),
  bare("list_visible_pods"),
  withParams("inspect_pod", { name: v.string() }),
  withParams("attach_or_restore_pod", { name: v.string() }),
]);
export type Method = v.InferOutput<typeof method>;

/**
 * One line of a client as a method.
 *
 * @throws {ProtocolError} `invalid_request` if it is no JSON or no method; the message starts with
 * `invalid method: ` (spec 10 §1.5).
 */
export function parseMethod(line: string): Method {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    throw invalidMethod(messageOf(error), error);
  }
  const result = v.safeParse(method, value, { abortEarly: true });
  if (result.success) return result.output;
  throw invalidMethod(issueText(result.issues));
}

function invalidMethod(text: string, cause?: unknown): ProtocolError {
  return new ProtocolError("invalid_request", `invalid method: ${text}`, { cause });
}
