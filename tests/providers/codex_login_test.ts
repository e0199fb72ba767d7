import type { JsonValue } from "../../lib/base/mod.ts";
import { openCredential } from "../../lib/host/credential_file.ts";
import { withLock } from "../../lib/ipc/mod.ts";
import { CodexLogin, isRetryable, ModelError } from "../../lib/providers/mod.ts";
import {
  authText,
  CodexHome,
  jwt,
  type LoginFacts,
  startTokenServer,
  type TokenAnswer,
  tokensOf,
} from "../support/codex_home.ts";
import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { inTime } from "../support/in_time.ts";

/** A call leaves neither timer nor connection behind; newer runtimes watch only when asked to. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };

const EXPIRED: LoginFacts = { endsInS: -1 };
const NEW = tokensOf({ name: "two", refreshToken: "refresh-2" });
const RENEWED = { body: NEW };
const DAY_MS = 24 * 60 * 60 * 1000;

function neverAborted(): AbortSignal {
  return new AbortController().signal;
}

function modeOf(path: string): number {
  return (Deno.statSync(path).mode ?? 0) & 0o777;
}

/** The error of a session whose login cannot be renewed. */
async function failureOf(answer: TokenAnswer): Promise<ModelError> {
  await using server = startTokenServer(answer);
  await using codex = await CodexHome.create(EXPIRED);
  const before = await codex.auth();
  const error = await codex.login(server.url).session(neverAborted()).then(() => null, (e) => e);
  ok(error instanceof ModelError, `a model error, not ${error}`);
  deepEqual(await codex.auth(), before);
  return error;
}

Deno.test("20.13-36 a fresh login is used as it is", STRICT, async () => {
  await using server = startTokenServer();
  await using codex = await CodexHome.create();
  const { tokens } = await codex.auth();
  deepEqual({ ...await codex.login(server.url).session(neverAborted()) }, {
    accessToken: tokens.access_token,
    accountId: "acc-1",
    isFedramp: false,
    refreshToken: "refresh-1",
    staleAt: JSON.parse(atob(`${tokens.access_token}`.split(".")[1] ?? "")).exp * 1000,
  });
  equal(server.requests.length, 0);
});

Deno.test(
  "20.13-36 an expired login is renewed once; unknown members and mode 0600 stay",
  STRICT,
  async () => {
    await using server = startTokenServer(RENEWED);
    await using codex = await CodexHome.create({ ...EXPIRED, members: { future: { a: [1] } } });
    await Deno.chmod(codex.authPath, 0o644);
    const before = await codex.auth();
    const login = codex.login(server.url);
    equal((await login.session(neverAborted())).accessToken, NEW.access_token);
    equal((await login.session(neverAborted())).accessToken, NEW.access_token);

    deepEqual(server.requests, [{
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      grant_type: "refresh_token",
      refresh_token: "refresh-1",
    }]);
    const { last_refresh, ...after } = await codex.auth();
    deepEqual(after, { ...before, tokens: { ...before.tokens, ...NEW } });
    ok(Math.abs(Date.parse(`${last_refresh}`) - Date.now()) < DAY_MS);
    equal(modeOf(codex.authPath), 0o600);
    const left = Array.from(Deno.readDirSync(codex.path), ({ name }) => name).sort();
    deepEqual(left, ["auth.json", "auth.json.lock"]);
  },
);

Deno.test("20.10.4 only the tokens that were received are replaced", STRICT, async () => {
  const access_token = tokensOf({ name: "two" }).access_token;
  await using server = startTokenServer({
    body: { access_token, refresh_token: null, scope: "x" },
  });
  await using codex = await CodexHome.create(EXPIRED);
  const { tokens } = await codex.auth();
  await codex.login(server.url).session(neverAborted());
  deepEqual((await codex.auth()).tokens, { ...tokens, access_token });
});

Deno.test(
  "20.10.4 tokens that do not name their end are renewed after eight days",
  STRICT,
  async () => {
    const lastRefresh = (ageMs: number) => new Date(Date.now() - ageMs).toISOString();
    const cases: [members: LoginFacts["members"], renewals: number][] = [
      [{ last_refresh: lastRefresh(7.9 * DAY_MS) }, 0],
      [{ last_refresh: lastRefresh(8.1 * DAY_MS) }, 1],
      [{ last_refresh: "yesterday" }, 1],
      [{ last_refresh: 7 }, 1],
      [{}, 1],
    ];
    for (const [members, renewals] of cases) {
      await using server = startTokenServer(RENEWED);
      await using codex = await CodexHome.create({ endsInS: null, members });
      await codex.login(server.url).session(neverAborted());
      equal(server.requests.length, renewals, JSON.stringify(members));
    }
  },
);

Deno.test(
  "20.13-36 the account of the id token counts when the file names none; FedRAMP by claim",
  STRICT,
  async () => {
    const session = async (facts: LoginFacts) => {
      await using codex = await CodexHome.create(facts);
      const { accountId, isFedramp } = await codex.login("unused").session(neverAborted());
      return [accountId, isFedramp];
    };
    deepEqual(await session({}), ["acc-1", false]);
    deepEqual(await session({ accountId: null }), ["acc-of-claim", false]);
    deepEqual(await session({ accountId: "" }), ["acc-of-claim", false]);
    deepEqual(await session({ claims: { chatgpt_account_is_fedramp: true } }), ["acc-1", true]);
    deepEqual(await session({ claims: { chatgpt_account_is_fedramp: "true" } }), ["acc-1", false]);
  },
);

Deno.test(
  "20.10.4 a file that holds no login says what is wrong, and no token",
  STRICT,
  async () => {
    const { tokens } = JSON.parse(authText());
    const opaque = { ...tokens, id_token: "no.token.secret", account_id: undefined };
    const cases: [text: string, detail: RegExp][] = [
      ["{", /: it is no JSON \(/],
      ["[]", /: Invalid|: missing/],
      ["{}", /: tokens: /],
      ['{"tokens":null,"OPENAI_API_KEY":"sk-secret"}', /: tokens: /],
      [JSON.stringify({ tokens: { ...tokens, refresh_token: "" } }), /: tokens\.refresh_token: /],
      [JSON.stringify({ tokens: opaque }), /: it names no account \(/],
    ];
    for (const [text, detail] of cases) {
      await using codex = await CodexHome.create();
      await Deno.writeTextFile(codex.authPath, text);
      await rejects(
        codex.login("unused").session(neverAborted()),
        ({ kind, message }: ModelError) => {
          match(
            message,
            /^Config error: malformed ~\/\.codex\/auth\.json: .*Run `codex login` again\.$/,
          );
          match(message, detail);
          ok(message.includes(codex.authPath) && !message.includes("secret"), message);
          return kind === "config";
        },
      );
    }
    await using codex = await CodexHome.create();
    await Deno.remove(codex.authPath);
    await rejects(codex.login("unused").session(neverAborted()), {
      kind: "config",
      message: `Config error: not logged in to ChatGPT: ${codex.authPath} not found. ` +
        'Run `codex login` and ensure cli_auth_credentials_store = "file".',
    });
    await Deno.mkdir(codex.authPath);
    await rejects(
      codex.login("unused").session(neverAborted()),
      /Config error: cannot read .*auth/,
    );
  },
);

Deno.test(
  "20.13-36 a refresh token of no use: the text says to log in, and is final",
  STRICT,
  async () => {
    const again = " Please run `codex login` again.";
    const cases: [body: JsonValue, text: string][] = [
      [
        { error: { code: "refresh_token_expired" } },
        `[refresh_token_expired]: Your refresh token has expired.${again}`,
      ],
      [
        { error: "refresh_token_reused" },
        `[refresh_token_reused]: Your refresh token was already used.${again}`,
      ],
      [
        { code: "refresh_token_invalidated" },
        `[refresh_token_invalidated]: Your refresh token was revoked.${again}`,
      ],
      [
        { error: { code: "other" } },
        `[refresh_token_failed]: Unknown 401 from refresh endpoint: {"error":{"code":"other"}}.${again}`,
      ],
      [
        "refresh-1 is unknown",
        `[refresh_token_failed]: Unknown 401 from refresh endpoint: [key] is unknown.${again}`,
      ],
    ];
    for (const [body, text] of cases) {
      const error = await failureOf({ status: 401, body });
      equal(error.message, `API error (status: 401) ${text}`);
      equal(isRetryable(error), false);
    }
    const error = await failureOf({ status: 400, body: { error: "invalid_grant" } });
    match(
      error.message,
      /^API error \(status: 400\) \[refresh_token_failed\]: Unknown 400 .*again\.$/,
    );
    equal(isRetryable(error), false);
  },
);

Deno.test(
  "20.12-W18 a refresh that failed for reasons that pass can be tried again",
  STRICT,
  async () => {
    const transient = "API error [refresh_transient]: the ChatGPT login could not be renewed: ";
    const cases: [answer: TokenAnswer, detail: string][] = [
      [{ status: 503, body: "busy with refresh-1" }, "status 503: busy with [key]"],
      [{ status: 429, body: "" }, "status 429: "],
      [{ status: 307, body: "" }, "status 307: "],
      [{ body: "<html>" }, "the answer holds no tokens"],
      [{ body: { access_token: 7 } }, "the answer holds no tokens"],
    ];
    for (const [answer, detail] of cases) {
      const error = await failureOf(answer);
      equal(error.message, transient + detail);
      equal(error.status, undefined);
      equal(isRetryable(error), true);
    }

    await using codex = await CodexHome.create(EXPIRED);
    const silent = Promise.withResolvers<void>();
    await using server = startTokenServer({ after: silent.promise });
    await rejects(codex.login(server.url, 50).session(neverAborted()), {
      message: `${transient}no answer within 0.05 s`,
    });
    silent.resolve();
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    await rejects(
      codex.login(`http://127.0.0.1:${port}`).session(neverAborted()),
      (error: ModelError) => error.message.startsWith(transient) && isRetryable(error),
    );
  },
);

Deno.test(
  "20.12-W18 of many that find the login stale one renews it, for all",
  STRICT,
  async () => {
    await using server = startTokenServer(RENEWED, RENEWED);
    await using codex = await CodexHome.create(EXPIRED);
    const logins = Array.from({ length: 5 }, () => codex.login(server.url));
    const sessions = await inTime(
      "five sessions",
      Promise.all([...logins, ...logins].map((login) => login.session(neverAborted()))),
    );
    deepEqual(new Set(sessions.map(({ accessToken }) => accessToken)), new Set([NEW.access_token]));
    equal(server.requests.length, 1);
  },
);

Deno.test(
  "20.10.4 a login that somebody else has renewed or replaced is taken as it is",
  STRICT,
  async () => {
    for (const facts of [{ name: "theirs" }, { ...EXPIRED, accountId: "acc-2" }]) {
      await using server = startTokenServer();
      await using codex = await CodexHome.create();
      const login = codex.login(server.url);
      const refused = await login.session(neverAborted());
      await codex.logIn(facts);
      const { tokens } = await codex.auth();
      equal((await login.renew(refused, neverAborted())).accessToken, tokens.access_token);
      equal(server.requests.length, 0);
    }
  },
);

Deno.test("a login of somebody else during the renewal is not overwritten", STRICT, async () => {
  const renewal = Promise.withResolvers<void>();
  await using server = startTokenServer({ ...RENEWED, after: renewal.promise });
  await using codex = await CodexHome.create(EXPIRED);
  const session = codex.login(server.url).session(neverAborted());
  await inTime("the renewal", server.request(0));
  await codex.logIn({ name: "theirs", refreshToken: "refresh-theirs" });
  const theirs = await codex.auth();
  renewal.resolve();
  equal((await session).accessToken, theirs.tokens.access_token);
  deepEqual(await codex.auth(), theirs);
});

Deno.test("an abort ends the wait, but the tokens that come are kept", STRICT, async () => {
  const renewal = Promise.withResolvers<void>();
  await using server = startTokenServer({ ...RENEWED, after: renewal.promise });
  await using codex = await CodexHome.create(EXPIRED);
  const abort = new AbortController();
  const reason = new Error("the user said stop");
  const login = codex.login(server.url);
  const session = login.session(abort.signal);
  await inTime("the renewal", server.request(0));
  abort.abort(reason);
  await rejects(session, reason);
  renewal.resolve();
  equal((await login.session(neverAborted())).accessToken, NEW.access_token);
  equal(server.requests.length, 1);
});

Deno.test("20.12-W18 a lock that is not given up in time ends this try, not the run", async () => {
  await using codex = await CodexHome.create(EXPIRED);
  const lock = `${codex.authPath}.lock`;
  const over = Promise.withResolvers<void>();
  const held = Promise.withResolvers<void>();
  const holding = withLock(lock, 10_000, () => {
    held.resolve();
    return over.promise;
  });
  await held.promise;
  const login = new CodexLogin({
    ...openCredential(codex.authPath),
    withLock: (body) => withLock(lock, 50, body),
  });
  await rejects(login.session(neverAborted()), (error: ModelError) => {
    match(error.message, /auth\.json\.lock was not free within 0\.05 s; process \d+ may hold it/);
    return error instanceof ModelError && isRetryable(error);
  });
  over.resolve();
  await holding;
});

Deno.test(
  "a link to the file stays a link",
  STRICT,
  async () => {
    await using server = startTokenServer(RENEWED);
    await using dotfiles = await CodexHome.create(EXPIRED);
    await using codex = await CodexHome.create();
    await Deno.remove(codex.authPath);
    await Deno.symlink(dotfiles.authPath, codex.authPath);
    await codex.login(server.url).session(neverAborted());
    ok(Deno.lstatSync(codex.authPath).isSymlink);
    equal((await dotfiles.auth()).tokens.access_token, NEW.access_token);
  },
);

Deno.test("tokens that are no JSON Web Tokens claim nothing", STRICT, async () => {
  const odd = ["opaque", "a.b.c", `a.${btoa("[1]")}.c`, jwt({ exp: "tomorrow" })];
  for (const access_token of odd) {
    await using codex = await CodexHome.create();
    const auth = await codex.auth();
    const text = JSON.stringify({ ...auth, tokens: { ...auth.tokens, access_token } });
    await Deno.writeTextFile(codex.authPath, text);
    await using server = startTokenServer(RENEWED);
    equal((await codex.login(server.url).session(neverAborted())).accessToken, NEW.access_token);
  }
});
