import type { ScopeRule } from "../protocol/mod.ts";
import type { Allocation } from "./allocation.ts";
import { isAlive, processOf } from "./pod_process.ts";
import {
  adopt,
  delegate,
  type Pods,
  reclaimDelegation,
  reclaimStale,
  register,
  type RegisterOptions,
  release,
  updateSegment,
} from "./registry.ts";
import { RegistryError } from "./registry_error.ts";
import { type RegistryOptions, withRegistry } from "./registry_file.ts";
import { socketPath } from "./socket_path.ts";

/** What a pod asks for when it starts. */
export interface Claim {
  readonly name: string;
  readonly segmentId: string;
  readonly allow: readonly ScopeRule[];
  readonly deny: readonly ScopeRule[];
  /** Whether it is a one-shot: these share their write areas with each other. */
  readonly isOneShot?: boolean;
}

/**
 * The table of all pods of this host, as one process uses it: every method is one change under the lock,
 * made for this process. Methods throw `RegistryError`; those that look for others drop dead pods first.
 */
export class PodRegistry {
  readonly #runtime: string;
  readonly #options: RegistryOptions;

  /**
   * @param runtime the base of runtime directories; null when no variable gives one
   * @throws {RegistryError} `io` for null.
   */
  constructor(runtime: string | null, options: RegistryOptions) {
    if (runtime === null) {
      throw new RegistryError(
        "io",
        "I/O error on pods.json: could not resolve pods.json path " +
          "(no POD_HOME / POD_RUNTIME_DIR / XDG_RUNTIME_DIR / HOME)",
      );
    }
    this.#runtime = runtime;
    this.#options = options;
  }

  /** All pods that are alive, and the places that are reserved. */
  list(): Promise<Pods> {
    return this.#change(live);
  }

  /**
   * Adds this process as a top-level pod.
   *
   * @throws {RuntimeError} and {SocketError} as `socketPath`, before anything is done.
   */
  async register(claim: Claim, options: RegisterOptions = {}): Promise<void> {
    const pod: Allocation = {
      pod_name: claim.name,
      ...processOf(Deno.pid),
      socket: socketPath(this.#runtime, claim.name),
      scope_allow: [...claim.allow],
      scope_deny: [...claim.deny],
      delegated_from: null,
      segment_id: claim.segmentId,
      ...(claim.isOneShot ? { shared: true } : {}),
    };
    await this.#change((pods) => register(live(pods), pod, options));
  }

  /** Reserves part of this pod's scope for a child; throws as `register`. */
  async delegate(spawner: string, child: string, allow: readonly ScopeRule[]): Promise<void> {
    const socket = socketPath(this.#runtime, child);
    const reservation = { pod_name: child, socket, scope_allow: [...allow] };
    await this.#change((pods) => delegate(live(pods), spawner, reservation));
  }

  /** Takes the place that a spawner has reserved for this process. */
  async adopt(name: string, segmentId: string): Promise<void> {
    await this.#change((pods) => adopt(pods, name, processOf(Deno.pid), segmentId));
  }

  /** This pod goes on in another segment. */
  async updateSegment(name: string, segmentId: string): Promise<void> {
    await this.#change((pods) => updateSegment(pods, name, segmentId));
  }

  /** This pod ends, or gives up a reservation that its child did not take. */
  async release(name: string): Promise<void> {
    await this.#change((pods) => release(pods, name, Deno.pid));
  }

  /** Takes back what this pod delegated to a child that is gone. */
  async reclaimDelegation(
    parent: string,
    child: string,
    delegated: readonly ScopeRule[],
  ): Promise<void> {
    await this.#change((pods) => reclaimDelegation(pods, parent, child, delegated));
  }

  #change(change: (pods: Pods) => Pods): Promise<Pods> {
    return withRegistry(this.#runtime, change, this.#options);
  }
}

function live(pods: Pods): Pods {
  return reclaimStale(pods, isAlive);
}
