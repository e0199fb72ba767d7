import { pathError } from "./path_error.ts";

/** How many files the recency list holds. */
const MAX_RECENT = 20;

/** What a file is known by, and what tells one version of it from another. */
export interface FileVersion {
  readonly canonicalPath: string;
  readonly fingerprint: string;
}

/**
 * Remembers which version of which file the model has seen, so that no other one is overwritten
 * (spec 50 §3). Keyed by canonical path: a link and its target are one file. All file tools of a pod
 * share one tracker; it lives as long as the process and is never written to disk.
 */
export class FileTracker {
  readonly #fingerprints = new Map<string, string>();
  #recent: string[] = [];

  /** Notes the version that the model has just read or written. */
  record(canonicalPath: string, fingerprint: string): void {
    this.#fingerprints.set(canonicalPath, fingerprint);
    const others = this.#recent.filter((path) => path !== canonicalPath);
    this.#recent = [canonicalPath, ...others].slice(0, MAX_RECENT);
  }

  /**
   * Makes sure that the version on disk is the one that the model knows. `path` is the path as it
   * was given.
   *
   * @throws {ToolError} when the file was not read yet, or has changed since.
   */
  check(canonicalPath: string, fingerprint: string, path: string): void {
    const known = this.#fingerprints.get(canonicalPath);
    if (known === undefined) throw pathError.notRead(path);
    if (known !== fingerprint) throw pathError.changed(path);
  }

  /** Canonical paths of the files touched last, the newest first, at most 20. */
  recent(): string[] {
    return [...this.#recent];
  }
}
