import { PromptError } from "./prompt_error.ts";

/** The libraries that prompts come from, by their prefix: built in, the user's, the project's. */
const PREFIXES = ["pod", "user", "workspace"] as const;
export type PromptPrefix = typeof PREFIXES[number];

/** Names one prompt, as `$<prefix>/<path>` does. */
export interface PromptReference {
  readonly prefix: PromptPrefix;
  /** Parted by `/`, without `.md`. */
  readonly path: string;
}

/**
 * Reads a reference (spec 40 §1.2).
 *
 * @param current the prompt that contains the reference: one without prefix counts from its directory.
 * @throws {PromptError}
 */
export function parseReference(raw: string, current: PromptReference | null): PromptReference {
  const text = raw.trim();
  const invalid = (why: string) => new PromptError(`invalid prompt reference '${raw}': ${why}`);
  if (text === "") throw invalid("reference must not be empty");
  const slash = text.indexOf("/");
  const isQualified = text.startsWith("$");
  if (isQualified && slash === -1) throw invalid("prefix must be followed by '/'");
  const path = (isQualified ? text.slice(slash) : text).replaceAll(/^\/+|\/+$/g, "");
  if (path === "") throw invalid("path component must not be empty");
  if (path.split("/").some((segment) => segment === "." || segment === "..")) {
    throw invalid("path must not contain '.' or '..' segments");
  }
  if (isQualified) {
    const name = text.slice(1, slash);
    const prefix = PREFIXES.find((known) => known === name);
    if (prefix !== undefined) return { prefix, path };
    throw new PromptError(`unknown prompt prefix '$${name}' in reference '${raw}'`);
  }
  if (current !== null) return { prefix: current.prefix, path: directoryOf(current.path) + path };
  throw new PromptError(
    `unqualified prompt reference '${raw}' requires a current prefix (include it from inside ` +
      "another template, or use an explicit $prefix/path form)",
  );
}

/** The reference as it is written. */
export function formatReference({ prefix, path }: PromptReference): string {
  return `$${prefix}/${path}`;
}

/** With its `/`; empty at the top. */
function directoryOf(path: string): string {
  return path.slice(0, path.lastIndexOf("/") + 1);
}
