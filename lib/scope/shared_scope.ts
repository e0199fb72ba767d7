import type { Scope } from "./scope.ts";

/**
 * The scope of one pod, shared by everything in it that touches files (spec 50 §2.7). A change is
 * seen by the next check of every holder; one that throws leaves the old scope in place.
 */
export class SharedScope {
  #current: Scope;

  constructor(scope: Scope) {
    this.#current = scope;
  }

  get current(): Scope {
    return this.#current;
  }

  /** Replaces the scope by what `change` makes of it. Synchronous, so no change is lost. */
  update(change: (scope: Scope) => Scope): void {
    this.#current = change(this.#current);
  }
}
