import { zstdCompressSync } from "node:zlib";
import { openCredential } from "../../lib/host/credential_file.ts";
import type { JsonObject, JsonValue } from "../../lib/base/mod.ts";
import { CodexLogin } from "../../lib/providers/mod.ts";

const HOUR_S = 3600;

/** What a login in `auth.json` is made of; by default one that is good for an hour. */
export interface LoginFacts {
  /** Part of the access token, to tell one from another. */
  readonly name?: string;
  /** When the access token ends, in seconds from now; null: it does not say. */
  readonly endsInS?: number | null;
  readonly refreshToken?: string;
  /** Null: only the id token names it. */
  readonly accountId?: string | null;
  /** More claims of the id token about the account. */
  readonly claims?: JsonObject;
  /** More members of the file. */
  readonly members?: JsonObject;
}

/** An unsigned JSON Web Token. */
export function jwt(claims: JsonObject): string {
  const part = (value: JsonObject) =>
    new TextEncoder().encode(JSON.stringify(value))
      .toBase64({ alphabet: "base64url", omitPadding: true });
  return `${part({ alg: "none" })}.${part(claims)}.sig`;
}

/** The tokens of a login. */
export function tokensOf(facts: LoginFacts = {}) {
  const { name = "one", endsInS = HOUR_S, refreshToken = "refresh-1", accountId = "acc-1" } = facts;
  const exp: JsonObject = endsInS === null ? {} : { exp: nowInS() + endsInS };
  const account = { chatgpt_account_id: "acc-of-claim", ...facts.claims };
  return {
    id_token: jwt({ email: "ann@exämple.org", "https://api.openai.com/auth": account }),
    access_token: jwt({ name, ...exp }),
    refresh_token: refreshToken,
    ...(accountId !== null && { account_id: accountId }),
  };
}

function nowInS(): number {
  return Math.floor(Date.now() / 1000);
}

/** The text of an `auth.json`, with members that pod knows nothing of. */
export function authText(facts: LoginFacts = {}): string {
  return JSON.stringify({
    auth_mode: "chatgpt",
    OPENAI_API_KEY: null,
    tokens: { ...tokensOf(facts), kept: ["as", "it", "is"] },
    ...facts.members,
  });
}

/** A throw-away directory of the Codex CLI, with a login in it. */
export class CodexHome implements AsyncDisposable {
  private constructor(readonly path: string) {}

  static async create(facts: LoginFacts = {}): Promise<CodexHome> {
    const home = new CodexHome(await Deno.makeTempDir({ prefix: "pod-codex-" }));
    await home.logIn(facts);
    return home;
  }

  get authPath(): string {
    return `${this.path}/auth.json`;
  }

  /** Replaces the login, as `codex login` does. */
  async logIn(facts: LoginFacts): Promise<void> {
    await Deno.writeTextFile(this.authPath, authText(facts));
  }

  async auth(): Promise<JsonObject & { tokens: JsonObject }> {
    return JSON.parse(await Deno.readTextFile(this.authPath));
  }

  /** The login as pod opens it, renewed at `tokenUrl`. */
  login(tokenUrl: string, timeoutMs = 10_000): CodexLogin {
    return new CodexLogin(openCredential(this.authPath), { url: tokenUrl, timeoutMs });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Deno.remove(this.path, { recursive: true });
  }
}

/** How a token server answers. */
export interface TokenAnswer {
  /** @default 200 */
  readonly status?: number;
  /** A string is sent as it is. */
  readonly body?: JsonValue;
  /** Waits for this before it answers. */
  readonly after?: Promise<unknown>;
}

/** A token endpoint; disposing it drops every connection. */
export interface TokenServer extends AsyncDisposable {
  readonly url: string;
  /** The parsed bodies of all requests so far. */
  readonly requests: readonly JsonObject[];
  /** Resolves when the request with this index has arrived. */
  request(index: number): Promise<void>;
}

/** Starts a token endpoint that gives these answers in turn; what is asked for beyond them gets status 500. */
export function startTokenServer(...answers: readonly TokenAnswer[]): TokenServer {
  const requests: JsonObject[] = [];
  const arrivals: PromiseWithResolvers<void>[] = [];
  const arrival = (index: number) => arrivals[index] ??= Promise.withResolvers<void>();
  const shutdown = new AbortController();
  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: shutdown.signal, onListen() {} },
    async (request) => {
      const index = requests.push(await request.json()) - 1;
      arrival(index).resolve();
      const { status = 200, body = {}, after } = answers[index] ?? { status: 500 };
      await after;
      return new Response(typeof body === "string" ? body : JSON.stringify(body), { status });
    },
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}/oauth/token`,
    requests,
    request: (index) => arrival(index).promise,
    async [Symbol.asyncDispose]() {
      shutdown.abort();
      await server.finished;
    },
  };
}

/** Whether the running Deno can compress requests; 2.6 cannot. */
export function hasZstd(): boolean {
  try {
    return zstdCompressSync("x").length > 0;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
