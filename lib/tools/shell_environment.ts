/** Keys of model providers that are not of the form `POD_API_KEY_…`; a command has no business with them. */
const PROVIDER_KEYS: ReadonlySet<string> = new Set([
  "ANTHROPIC_API_KEY",
  "ANTHROPIC_AUTH_TOKEN",
  "GEMINI_API_KEY",
  "GOOGLE_API_KEY",
  "OPENAI_API_KEY",
  "OPENROUTER_API_KEY",
]);

/** So that no program waits for a person, turns pages or paints. */
const UNATTENDED = {
  CI: "1",
  GIT_PAGER: "cat",
  GIT_TERMINAL_PROMPT: "0",
  PAGER: "cat",
  TERM: "dumb",
};

/** What a command's environment is made of. */
export interface ShellEnvironmentOptions {
  /** The pod's own environment. */
  readonly env: Readonly<Record<string, string>>;
  readonly podName: string;
  /** Further variables that hold keys. @default none */
  readonly secretVariables?: readonly string[];
}

/**
 * The environment of a command: the pod's own, without the keys of model providers, and set up for a
 * shell that nobody watches. Everything else passes, tokens of other services included: a pod that
 * works in a CI job needs what the job was given.
 */
export function shellEnvironment(
  { env, podName, secretVariables = [] }: ShellEnvironmentOptions,
): Record<string, string> {
  const secret = new Set([...PROVIDER_KEYS, ...secretVariables]);
  const passed = Object.entries(env)
    .filter(([name]) => !secret.has(name) && !name.startsWith("POD_API_KEY_"));
  return { ...Object.fromEntries(passed), ...UNATTENDED, POD_NAME: podName };
}
