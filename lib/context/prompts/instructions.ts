import { messageOf } from "../../base/mod.ts";
import { facts } from "./builtin_assets.ts";
import { findPrompt, type PromptLibraries } from "./library.ts";
import { PromptError } from "./prompt_error.ts";
import { parseReference, type PromptReference } from "./reference.ts";
import { compileTemplate, type Template } from "./template.ts";
import type { PromptVariables } from "./variables.ts";

/**
 * The body of a system prompt, ready to be filled in.
 *
 * @throws {PromptError}
 */
export type Instructions = (variables: PromptVariables) => string;

/**
 * Finds the instructions that a manifest names and checks their syntax (spec 40 §1.5).
 *
 * @param raw such as `$pod/default` or `$workspace/reviewer`
 * @throws {PromptError}
 */
export async function loadInstructions(
  raw: string,
  libraries: PromptLibraries,
): Promise<Instructions> {
  const { reference, prompt } = resolve(raw, libraries);
  if (typeof prompt === "function") return prompt;
  const template = await compile(prompt, reference, libraries);
  return (variables) => {
    try {
      return template(variables);
    } catch (error) {
      throw new PromptError(`system prompt template render error: ${messageOf(error)}`, error);
    }
  };
}

/** Instructions that are no template: what they cannot ask for is added to them. */
export function plainInstructions(text: string): Instructions {
  return (variables) => `${text.trimEnd()}\n\n${facts(variables)}`;
}

function resolve(raw: string, libraries: PromptLibraries) {
  try {
    const reference = parseReference(raw, null);
    return { reference, prompt: findPrompt(reference, libraries) };
  } catch (error) {
    throw invalid(`failed to resolve instruction reference: ${messageOf(error)}`, error);
  }
}

async function compile(
  source: string,
  reference: PromptReference,
  libraries: PromptLibraries,
): Promise<Template> {
  try {
    return await compileTemplate(source, reference, libraries);
  } catch (error) {
    throw invalid(`system prompt template parse error: ${messageOf(error)}`, error);
  }
}

function invalid(detail: string, cause: unknown): PromptError {
  return new PromptError(`invalid system prompt template: ${detail}`, cause);
}
