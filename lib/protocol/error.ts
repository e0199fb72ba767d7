import * as v from "valibot";
import { PodError } from "../base/mod.ts";

/** A line or value that does not have the shape of the wire or of the log. */
export class ProtocolError extends PodError {
  override readonly name = "ProtocolError";
}

/** The first thing that is wrong with a value, and where: `params.input: Invalid type: …`. */
export function issueText(issues: readonly [v.BaseIssue<unknown>, ...unknown[]]): string {
  const [issue] = issues;
  const path = v.getDotPath(issue);
  return path === null ? issue.message : `${path}: ${problemOf(issue)}`;
}

/** Of a key that is missing, or that nobody knows, there is no more to say. */
function problemOf({ expected, received, message, path }: v.BaseIssue<unknown>): string {
  if (expected === "never") return "unknown key";
  const isMissing = received === "undefined" && expected === `"${path?.at(-1)?.key}"`;
  return isMissing ? "missing" : message;
}
