import {
  type Context,
  type Emitter,
  evalToken,
  Liquid,
  Tag,
  type TagToken,
  type TopLevelToken,
  type ValueToken,
} from "liquidjs";
import { findPrompt, type PromptLibraries } from "./library.ts";
import { PromptError } from "./prompt_error.ts";
import { formatReference, parseReference, type PromptReference } from "./reference.ts";
import type { Template } from "./template.ts";
import type { PromptVariables } from "./variables.ts";

/** A template may come with a repository that is not to be trusted: it must not hang the pod. */
const LIMITS = { renderLimit: 2_000, memoryLimit: 10_000_000 };

/** Standard tags that would go around the libraries. */
const REMOVED_TAGS = ["render", "layout", "block"];

/** The prompts that include the one being rendered, outermost first. */
const OPEN_INCLUDES = "open includes";

/**
 * Checks the syntax of a template and prepares it. This file is loaded for a person's own templates
 * only (spec 40 §1.3).
 *
 * @param current the prompt that the source is from; null for text that is in no library.
 * @throws {Error} with the place of the mistake in the message.
 */
export function compileLiquid(
  source: string,
  current: PromptReference | null,
  libraries: PromptLibraries,
): Template {
  const engine = new Liquid({
    strictVariables: true,
    strictFilters: true,
    // `if` and `default` may ask whether a variable is there.
    lenientIf: true,
    ownPropertyOnly: true,
    ...LIMITS,
  });
  for (const name of REMOVED_TAGS) delete engine.tags[name];
  engine.registerTag("include", includeTag(libraries));
  const name = current === null ? undefined : formatReference(current);
  const templates = engine.parse(withoutLastNewline(source), name);
  return (values) => {
    try {
      return engine.renderSync(templates, values);
    } catch (error) {
      throw listing(values, naming(name, error));
    }
  };
}

/** `{% include "reference" %}`: the reference is resolved when the tag is rendered, not before. */
function includeTag(libraries: PromptLibraries) {
  return class IncludeTag extends Tag {
    readonly #reference: ValueToken;
    readonly #current: PromptReference | null;

    constructor(token: TagToken, remainTokens: TopLevelToken[], liquid: Liquid) {
      super(token, remainTokens, liquid);
      const reference = this.tokenizer.readValue();
      if (reference === undefined) throw new PromptError("include needs a prompt reference");
      this.#reference = reference;
      this.#current = token.file === undefined ? null : parseReference(token.file, null);
    }

    override *render(context: Context, emitter: Emitter): Generator<unknown, void, unknown> {
      const raw = String(yield evalToken(this.#reference, context));
      const reference = parseReference(raw, this.#current);
      const prompt = findPrompt(reference, libraries);
      if (typeof prompt === "function") return emitter.write(prompt(variablesOf(context)));
      const name = formatReference(reference);
      const outermost = this.#current === null ? [] : [formatReference(this.#current)];
      const open = context.getRegister<readonly string[]>(OPEN_INCLUDES, outermost);
      if (open.includes(name)) throw new PromptError(`prompt asset '${name}' includes itself`);
      context.setRegister(OPEN_INCLUDES, [...open, name]);
      const templates = this.liquid.parse(withoutLastNewline(prompt), name);
      try {
        yield this.liquid.renderer.renderTemplates(templates, context, emitter);
      } catch (error) {
        throw naming(name, error);
      }
      context.setRegister(OPEN_INCLUDES, open);
    }
  };
}

/** The engine leaves out in which file a variable was undefined. */
function naming(file: string | undefined, error: unknown): unknown {
  if (file !== undefined && error instanceof Error && !error.message.includes("file:")) {
    error.message += `, file:${file}`;
  }
  return error;
}

/** Whoever misspells a variable is told which ones there are. */
function listing(values: object, error: unknown): unknown {
  if (error instanceof Error && error.name === "UndefinedVariableError") {
    error.message += ` (there are: ${Object.keys(values).join(", ") || "none"})`;
  }
  return error;
}

/** The variables that a built-in text reads: those, and only those, must be there. */
function variablesOf(context: Context): PromptVariables {
  return new Proxy({} as PromptVariables, { get: (_, name) => context.getSync([String(name)]) });
}

/** The end of the last line belongs to the file, not to the text. */
function withoutLastNewline(source: string): string {
  return source.replace(/\r?\n$/, "");
}
