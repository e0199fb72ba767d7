import { type Model, type ModelError, modelName } from "../providers/mod.ts";
import { type Step, warning } from "./step.ts";

/** The models of one run, in the order in which they are asked; only ever goes forward. */
export class ModelLine {
  readonly #models: readonly Model[];
  #current: Model;
  #position = 0;

  /** @param fallbacks asked one after the other, each when the one before it stays down. */
  constructor(first: Model, fallbacks: readonly Model[] = []) {
    this.#models = [first, ...fallbacks];
    this.#current = first;
  }

  /** The model that is asked now. */
  get current(): Model {
    return this.#current;
  }

  /** Whether that is not the one that runs begin with. */
  get hasFallenBack(): boolean {
    return this.#position > 0;
  }

  /** Goes on to the next model and says so; false when there is none. */
  *fallBack(error: ModelError): Generator<Step, boolean> {
    const next = this.#models[this.#position + 1];
    if (next === undefined) return false;
    const [from, to] = [modelName(this.#current.info), modelName(next.info)];
    this.#current = next;
    this.#position++;
    yield warning(`${from} stays down: ${error.message}; going on with ${to}`);
    return true;
  }
}
