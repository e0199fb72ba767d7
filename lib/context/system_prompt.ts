import defaultPrompt from "./default_prompt.md" with { type: "text" };

/** The facts that a system prompt is made of. */
export interface SystemPromptFacts {
  /** Absolute working directory, symlinks resolved. */
  readonly cwd: string;
  /** What the model may read and write, as `Scope.summary()` gives it. */
  readonly scopeSummary: string;
  /** Free text: the language to answer in. */
  readonly language: string;
  /** When the session began. */
  readonly now: Date;
  /** Replaces the built-in instructions. @default the built-in ones */
  readonly instructions?: string;
  /** JSON Schema, as text, that the final answer must meet. @default none */
  readonly outputSchema?: string;
}

/**
 * The system prompt of a session: instructions, then sections with facts that no instructions may
 * lose (spec 40 §1.6). Rendered once; the session keeps the text.
 */
export function renderSystemPrompt(facts: SystemPromptFacts): string {
  const { cwd, scopeSummary, language, now, instructions = defaultPrompt, outputSchema } = facts;
  const environment = [
    `Working directory: ${cwd}`,
    `Today's date: ${now.toISOString().slice(0, 10)} (UTC)`,
    `Language: ${language}`,
  ];
  const sections = [
    section("Environment", environment.join("\n")),
    section("Working boundaries", scopeSummary),
  ];
  if (outputSchema !== undefined) {
    sections.push(section(
      "Form of the final answer",
      "Your last answer is read by a program. It must be one JSON value that meets this JSON Schema, " +
        `with no other text and no code fence around it:\n\n${outputSchema}`,
    ));
  }
  return `${instructions.trimEnd()}\n\n${sections.join("\n")}`.trimEnd();
}

function section(heading: string, body: string): string {
  return `---\n## ${heading}\n\n${body.trimEnd()}\n`;
}
