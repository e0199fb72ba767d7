import { PodError } from "../../base/mod.ts";

/** A prompt cannot be found, read or filled in; the texts are those of spec 40 §1.9. `code`: `prompt`. */
export class PromptError extends PodError {
  override readonly name = "PromptError";

  constructor(message: string, cause?: unknown) {
    super("prompt", message, { cause });
  }
}
