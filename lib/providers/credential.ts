import { messageOf } from "../base/mod.ts";
import { type Env, isAbsolute, type ModelScheme } from "../manifest/mod.ts";
import type { ReadText } from "./catalog.ts";
import { CodexLogin } from "./codex_login.ts";
import type { CredentialFile } from "./credential_file.ts";
import { ProviderError } from "./provider_error.ts";
import type { ResolvedModel } from "./resolve_model.ts";

/** What goes with each request: nothing, a key, which each scheme sends in its own way, or a login. */
export type Credential =
  | { readonly kind: "none" }
  | { readonly kind: "api_key"; readonly key: string }
  | { readonly kind: "codex_oauth"; readonly login: CodexLogin };

/** How files with keys and logins are reached. */
export interface CredentialFiles {
  readonly readText: ReadText;
  openCredential(path: string): CredentialFile;
}

/** Our variables for keys, each with the vendor's own, which is read after it. */
export const KEY_VARIABLES: ReadonlyMap<string, string> = new Map([
  ["POD_API_KEY_ANTHROPIC", "ANTHROPIC_API_KEY"],
  ["POD_API_KEY_OPENAI", "OPENAI_API_KEY"],
  ["POD_API_KEY_GEMINI", "GEMINI_API_KEY"],
  ["POD_API_KEY_OPENROUTER", "OPENROUTER_API_KEY"],
]);

/** Per scheme: its name in messages, and the variable of its key when `auth` names none. */
const SCHEMES: Record<ModelScheme, { name: string; variable?: string }> = {
  anthropic: { name: "Anthropic", variable: "POD_API_KEY_ANTHROPIC" },
  openai_chat: { name: "OpenaiChat", variable: "POD_API_KEY_OPENAI" },
  openai_responses: { name: "OpenaiResponses", variable: "POD_API_KEY_OPENAI" },
  gemini: { name: "Gemini", variable: "POD_API_KEY_GEMINI" },
  scripted: { name: "Scripted" },
};

/** The variables that may hold the key kept under `variable`, the first to be read first. */
export function keyVariables(variable: string): string[] {
  const vendor = KEY_VARIABLES.get(variable);
  return vendor === undefined ? [variable] : [variable, vendor];
}

/** Where the Codex CLI keeps its login, or null when there is no home directory. */
export function codexAuthPath(env: Env): string | null {
  const home = env("HOME");
  const directory = env("CODEX_HOME") || (home ? `${home}/.codex` : null);
  return directory === null ? null : `${directory}/auth.json`;
}

/**
 * Finds the key of a model (spec 20 §10.4): the variable that `auth` names or the scheme's own, then
 * the vendor's variable of the same key, then `auth.file`. A vendor's key is thus never sent to a
 * provider for which the manifest or the catalog names a variable of its own. For a login it makes
 * sure that there is one.
 *
 * @throws {ProviderError} `credential`; the message never holds a key
 * @throws {ModelError} `config`, when nobody is logged in
 */
export async function resolveCredential(
  { scheme, auth }: Pick<ResolvedModel, "scheme" | "auth">,
  env: Env,
  files: CredentialFiles,
): Promise<Credential> {
  if (auth.kind === "none") return { kind: "none" };
  if (auth.kind === "secret_ref") {
    throw misconfigured(`secret store references are not implemented yet: ${auth.ref}`);
  }
  if (auth.kind === "codex_oauth" && scheme === "openai_responses") {
    const path = codexAuthPath(env);
    if (path === null) throw misconfigured("Config error: HOME not set");
    const login = new CodexLogin(files.openCredential(path));
    await login.check();
    return { kind: "codex_oauth", login };
  }
  const { name, variable = null } = SCHEMES[scheme];
  if (auth.kind === "codex_oauth" || variable === null) {
    throw new ProviderError("credential", `scheme ${name} does not support this auth`);
  }

  const variables = keyVariables(auth.env ?? variable);
  const fromEnv = variables.map((name) => env(name)).find((value) => value);
  const key = fromEnv ??
    (auth.file === undefined ? "" : await readKeyFile(auth.file, files.readText));
  if (key === "") {
    throw new ProviderError(
      "credential",
      `API key not provided for scheme ${name}: set ${variables.join(" or ")}, or name a file ` +
        "with the key in the manifest (auth.file); `--model demo/tour` needs no key",
    );
  }
  if (!isHeaderValue(key)) {
    throw new ProviderError("credential", "Config error: invalid api key: not visible ASCII only");
  }
  return { kind: "api_key", key };
}

async function readKeyFile(path: string, readText: ReadText): Promise<string> {
  if (!isAbsolute(path)) throw misconfigured(`auth.file must be absolute: ${path}`);
  const unreadable = (detail: string, cause?: unknown) =>
    misconfigured(`failed to read auth.file ${path}: ${detail}`, cause);
  const text = await readText(path).catch((error) => {
    throw unreadable(messageOf(error), error);
  });
  if (text === null) throw unreadable("no such file");
  return text.trim();
}

/** Keys travel in HTTP headers, which take visible ASCII only. */
function isHeaderValue(text: string): boolean {
  return /^[\x21-\x7e]+$/.test(text);
}

function misconfigured(detail: string, cause?: unknown): ProviderError {
  return new ProviderError("credential", `model configuration error: ${detail}`, { cause });
}
