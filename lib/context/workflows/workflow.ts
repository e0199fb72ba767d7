/** A written procedure that a user invokes with `/<slug>`; a skill is one, too (spec 40 §9). */
export interface Workflow {
  readonly slug: string;
  readonly kind: "workflow" | "skill";
  /** Of the file that holds it; absolute. */
  readonly path: string;
  readonly description: string;
  /** The procedure itself. */
  readonly body: string;
  /** Whether the model is told of it in the system prompt. */
  readonly isResident: boolean;
  readonly isUserInvocable: boolean;
  /** Slugs of knowledge records that it comes with. */
  readonly requires: readonly string[];
}

/** What is wrong with a file. */
export interface Finding {
  readonly path: string;
  /** An error: the file is not used. */
  readonly level: "error" | "warning";
  readonly message: string;
}

/** What a file gives: a procedure unless there is an error, and what is wrong with it. */
export interface ReadWorkflow {
  readonly workflow: Workflow | null;
  readonly findings: readonly Finding[];
}

/** The most characters of a description that the model is shown. */
export const MAX_DESCRIPTION_CHARS = 1024;

/** Characters as a person counts them. */
export function countChars(text: string): number {
  return [...text].length;
}
