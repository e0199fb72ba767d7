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
  return path === null ? issue.message : `${path}: ${issue.message}`;
}
