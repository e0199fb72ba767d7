import * as v from "valibot";
import { type JsonValue, messageOf, writeFileAtomic } from "../base/mod.ts";
import { issueText } from "../protocol/mod.ts";
import { SessionError } from "./error.ts";
import { ifThere, toSessionError } from "./io.ts";
import { type ActivePointer, type ChildRecord, type PodMetadata, podMetadata } from "./metadata.ts";
import { isStoredPodName } from "./pod_name.ts";

const FILE_NAME = "metadata.json";

// Fields of other versions go through an update untouched.
const storedMetadata = v.looseObject(podMetadata.entries);

/** What goes into the metadata together with a pointer; what is absent stays as it is stored. */
export interface ActiveOptions {
  cwd?: string;
  /** The resolved manifest to restore the pod with. */
  manifest?: JsonValue;
}

/** The metadata of the pods below one folder, one file per name (spec 30 §4.1). */
export class PodMetadataStore {
  /** Settles when the last update is done: two updates of one file never interleave. */
  #lastUpdate: Promise<unknown> = Promise.resolve();

  constructor(readonly root: string) {}

  /**
   * The metadata of a pod, or null if there is none.
   *
   * @throws {SessionError} `invalid_name`, `serialization` for a file that cannot be read as metadata, `io`.
   */
  async read(name: string): Promise<PodMetadata | null> {
    const path = this.#path(name);
    const text = await ifThere(Deno.readTextFile(path), null);
    return text === null ? null : readMetadata(path, text);
  }

  /**
   * Creates or replaces the metadata of a pod.
   *
   * @throws {SessionError} `invalid_name` or `io`.
   */
  write(metadata: PodMetadata): Promise<void> {
    return this.#inTurn(() => this.#replace(metadata));
  }

  /** Points a pod to its conversation and keeps its children. */
  setActive(name: string, active: ActivePointer, options: ActiveOptions = {}): Promise<void> {
    return this.#update(name, (stored) => ({
      ...stored,
      active,
      ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
      ...(options.manifest === undefined ? {} : { resolved_manifest_snapshot: options.manifest }),
    }));
  }

  /** Points a pod to a session that has no segment yet. */
  setPending(name: string, sessionId: string, options: ActiveOptions = {}): Promise<void> {
    return this.setActive(name, { session_id: sessionId }, options);
  }

  /** Replaces the list of children and keeps the rest. */
  setChildren(name: string, children: ChildRecord[]): Promise<void> {
    return this.#update(name, (stored) => ({ ...stored, spawned_children: children }));
  }

  /** The names of all pods that have metadata, in ascending order. */
  async list(): Promise<string[]> {
    const folders = await ifThere(Array.fromAsync(Deno.readDir(this.root)), []);
    const names: string[] = [];
    for (const { name } of folders) {
      if (!isStoredPodName(name)) continue;
      const found = await ifThere(Deno.stat(this.#path(name)), null);
      if (found?.isFile) names.push(name);
    }
    return names.sort();
  }

  /** Forgets a pod; one that is not there is forgotten already. Other files in its folder stay. */
  delete(name: string): Promise<void> {
    return this.#inTurn(async () => {
      await ifThere(Deno.remove(this.#path(name)), undefined);
      const left = await ifThere(Array.fromAsync(Deno.readDir(this.#folder(name))), null);
      if (left?.length === 0) await ifThere(Deno.remove(this.#folder(name)), undefined);
    });
  }

  #update(name: string, change: (stored: PodMetadata) => PodMetadata): Promise<void> {
    return this.#inTurn(async () => {
      const stored = await this.read(name) ?? { pod_name: name, spawned_children: [] };
      await this.#replace({ ...change(stored), pod_name: name });
    });
  }

  async #replace({ spawned_children, ...rest }: PodMetadata): Promise<void> {
    const metadata = spawned_children.length === 0 ? rest : { ...rest, spawned_children };
    try {
      await Deno.mkdir(this.#folder(rest.pod_name), { recursive: true, mode: 0o700 });
      const text = `${JSON.stringify(metadata, null, 2)}\n`;
      await writeFileAtomic(this.#path(rest.pod_name), text, { mode: 0o600 });
    } catch (error) {
      throw toSessionError(error);
    }
  }

  /** Runs one change after the other; a failed one fails for its caller only. */
  #inTurn(change: () => Promise<void>): Promise<void> {
    const done = this.#lastUpdate.then(change);
    this.#lastUpdate = Promise.allSettled([done]);
    return done;
  }

  #path(name: string): string {
    return `${this.#folder(name)}/${FILE_NAME}`;
  }

  #folder(name: string): string {
    if (isStoredPodName(name)) return `${this.root}/${name}`;
    throw new SessionError("invalid_name", `invalid pod name: ${name}`);
  }
}

function readMetadata(path: string, text: string): PodMetadata {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw notMetadata(path, messageOf(error), error);
  }
  const result = v.safeParse(storedMetadata, value);
  if (result.success) return result.output;
  throw notMetadata(path, issueText(result.issues));
}

function notMetadata(path: string, text: string, cause?: unknown): SessionError {
  return new SessionError("serialization", `serialization error: ${text} (in ${path})`, {
    path,
    cause,
  });
}
