import { messageOf, PodError } from "../base/mod.ts";
import { type CodexAuth, type CodexSession, readCodexAuth, withTokens } from "./codex_auth.ts";
import { renewTokens, type TokenEndpoint } from "./codex_tokens.ts";
import type { CredentialFile } from "./credential_file.ts";
import { orAborted } from "./http.ts";
import { ModelError } from "./model.ts";

const TOKEN_ENDPOINT: TokenEndpoint = {
  url: "https://auth.openai.com/oauth/token",
  timeoutMs: 30_000,
};

/**
 * The ChatGPT login that the Codex CLI keeps in a file (spec 20 §10.4). It is read anew for every
 * request, so that whoever renews it does so for all; pods renew it one after the other, since a
 * refresh token is good for one use.
 */
export class CodexLogin {
  readonly #file: CredentialFile;
  readonly #endpoint: TokenEndpoint;

  /** @param endpoint what differs from OpenAI's own */
  constructor(file: CredentialFile, endpoint: Partial<TokenEndpoint> = {}) {
    this.#file = file;
    this.#endpoint = { ...TOKEN_ENDPOINT, ...endpoint };
  }

  /**
   * Finds out whether anybody is logged in, without a word to the network.
   *
   * @throws {ModelError} `config`
   */
  async check(): Promise<void> {
    await this.#read();
  }

  /**
   * The login for one request, renewed if it is known to be stale.
   *
   * @throws {ModelError} as `renew`.
   * @throws the signal's reason, when it is aborted.
   */
  async session(signal: AbortSignal): Promise<CodexSession> {
    const auth = await this.#read();
    return isStale(auth) ? await this.renew(auth, signal) : auth;
  }

  /**
   * A login in place of one that is stale or was refused, renewed unless somebody else has done so. An
   * abort ends the wait alone: once sent, the old refresh token is used up and the new one must be kept.
   *
   * @throws {ModelError} `config` without a login, `api` when it could not be renewed, `timeout` when
   * somebody else took too long over it.
   * @throws the signal's reason, when it is aborted.
   */
  async renew(old: CodexSession, signal: AbortSignal): Promise<CodexSession> {
    const renewal = this.#file.withLock(() => this.#renewUnlessDone(old));
    try {
      return await orAborted(renewal, signal);
    } catch (error) {
      const isLocked = error instanceof PodError && error.code === "lock_timeout";
      throw isLocked ? new ModelError("timeout", error.message, { cause: error }) : error;
    }
  }

  async #renewUnlessDone(old: CodexSession): Promise<CodexSession> {
    const current = await this.#read();
    if (current.accountId !== old.accountId) return current;
    if (current.accessToken !== old.accessToken && !isStale(current)) return current;

    const tokens = await renewTokens(current.refreshToken, this.#endpoint);
    const text = await this.#readText();
    const latest = readCodexAuth(text, this.#file.path);
    // Somebody has logged in meanwhile: these tokens do not belong to that login.
    if (latest.refreshToken !== current.refreshToken) return latest;
    const renewed = withTokens(text, tokens, new Date());
    await this.#write(renewed);
    return readCodexAuth(renewed, this.#file.path);
  }

  async #read(): Promise<CodexAuth> {
    return readCodexAuth(await this.#readText(), this.#file.path);
  }

  async #readText(): Promise<string> {
    const { path } = this.#file;
    const text = await this.#file.read().catch((error) => {
      throw unusable(`cannot read ${path}: ${messageOf(error)}`, error);
    });
    if (text !== null) return text;
    throw unusable(
      `not logged in to ChatGPT: ${path} not found. Run \`codex login\` and ensure ` +
        'cli_auth_credentials_store = "file".',
    );
  }

  async #write(text: string): Promise<void> {
    const { path } = this.#file;
    await this.#file.write(text).catch((error) => {
      const detail = `the renewed login could not be kept in ${path}: ${messageOf(error)}`;
      throw unusable(`${detail}. Mend that, then run \`codex login\` again.`, error);
    });
  }
}

function isStale({ staleAt }: CodexAuth): boolean {
  return staleAt <= Date.now();
}

function unusable(detail: string, cause?: unknown): ModelError {
  return new ModelError("config", `Config error: ${detail}`, { cause });
}
