/** What instructions may speak of, and nothing else (spec 40 §1.4). */
export interface PromptVariables {
  /** UTC: `2026-04-15`. */
  readonly date: string;
  /** UTC: `09:30:00`. */
  readonly time: string;
  /** RFC 3339, UTC, in seconds: `2026-04-15T09:30:00Z`. */
  readonly datetime: string;
  /** The working directory: absolute, symlinks resolved. */
  readonly cwd: string;
  /** In which language to write, in free words. */
  readonly language: string;
  /** The names of the tools, sorted. */
  readonly tools: readonly string[];
}

/** What is to be known to give the variables their values. */
export interface PromptFacts {
  readonly cwd: string;
  readonly language: string;
  /** Names, in any order. */
  readonly tools: readonly string[];
  readonly now: Date;
}

/** The variables as they are now. */
export function promptVariables({ cwd, language, tools, now }: PromptFacts): PromptVariables {
  const date = now.toISOString().slice(0, 10);
  const time = now.toISOString().slice(11, 19);
  return { date, time, datetime: `${date}T${time}Z`, cwd, language, tools: [...tools].sort() };
}
