import { DEFAULT_REQUEST_CONFIG } from "../../lib/protocol/mod.ts";
import { isRetryable, ModelError } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok, rejects } from "../support/assert.ts";
import {
  CodexHome,
  hasZstd,
  type LoginFacts,
  startTokenServer,
  tokensOf,
} from "../support/codex_home.ts";
import { inTime } from "../support/in_time.ts";
import { collect, openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";

/** A call leaves neither timer nor connection behind; newer runtimes watch only when asked to. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };
const HELLO = requestOf([said("user", "hello")], { cacheKey: "seg-1" });
const NEW = tokensOf({ name: "two", refreshToken: "refresh-2" });
const REFUSED: Answer = { status: 401, errorBody: { detail: "token revoked" } };

/** A model behind ChatGPT's server with a login of these facts. */
async function setUp(script: readonly Answer[], facts: LoginFacts = {}) {
  const stack = new AsyncDisposableStack();
  const codex = stack.use(await CodexHome.create(facts));
  const tokens = stack.use(startTokenServer({ body: NEW }));
  const server: ModelServer = stack.use(startModelServer(script));
  const resolved = resolvedModel("openai_responses", server.url, {
    provider: "codex-oauth",
    auth: { kind: "codex_oauth" },
  });
  const login = codex.login(tokens.url);
  const model = await openWire(resolved, { credential: { kind: "codex_oauth", login } });
  return {
    codex,
    tokens,
    server,
    model,
    [Symbol.asyncDispose]: () => stack.disposeAsync(),
  };
}

Deno.test(
  "20.13-36 20.6.5 headers, body and path of the ChatGPT route, and only of it",
  STRICT,
  async () => {
    await using world = await setUp([{ text: "ok" }]);
    const { model, server, codex } = world;
    const config = {
      ...DEFAULT_REQUEST_CONFIG,
      max_tokens: 100,
      temperature: 0,
      top_p: 1,
      reasoning: "low",
    };
    await collect(model, { ...HELLO, config });
    const { path, headers, body } = await server.request(0);
    equal(path, "/responses");
    deepEqual(body, {
      model: "gpt-5",
      input: [{
        type: "message",
        role: "user",
        content: [{ type: "input_text", text: "hello" }],
      }],
      tool_choice: "auto",
      parallel_tool_calls: true,
      store: false,
      stream: true,
      include: ["reasoning.encrypted_content"],
      reasoning: { effort: "low", summary: "auto" },
      prompt_cache_key: "seg-1",
    });
    const { host: _host, "content-length": _length, ...sent } = headers;
    deepEqual(sent, {
      accept: "text/event-stream",
      "accept-encoding": "gzip,br",
      "accept-language": "*",
      authorization: `Bearer ${(await codex.auth()).tokens.access_token}`,
      "chatgpt-account-id": "acc-1",
      ...(hasZstd() && { "content-encoding": "zstd" }),
      "content-type": "application/json",
      originator: "pod",
      session_id: "seg-1",
      "user-agent": "pod/0.1.0",
      "x-client-request-id": "seg-1",
    });
    deepEqual(model.unsupported(config), [
      "'max_tokens' is not supported by OpenAI Responses (ChatGPT backend) and will be ignored",
      "'temperature' is not supported by OpenAI Responses (ChatGPT backend) and will be ignored",
      "'top_p' is not supported by OpenAI Responses (ChatGPT backend) and will be ignored",
    ]);
  },
);

Deno.test("20.13-36 without a cache key, and with the FedRAMP claim", STRICT, async () => {
  await using world = await setUp([{ text: "ok" }], {
    claims: { chatgpt_account_is_fedramp: true },
  });
  await collect(world.model, requestOf(HELLO.items));
  const { headers } = await world.server.request(0);
  deepEqual(
    [headers["x-openai-fedramp"], headers.session_id, headers["x-client-request-id"]],
    ["true", undefined, undefined],
  );
});

Deno.test(
  "20.13-36 an expired login is renewed before the request, and not again",
  STRICT,
  async () => {
    await using world = await setUp([{ text: "one" }, { text: "two" }], { endsInS: -1 });
    for (const index of [0, 1]) {
      await collect(world.model, HELLO);
      const { headers } = await world.server.request(index);
      equal(headers.authorization, `Bearer ${NEW.access_token}`);
    }
    equal(world.tokens.requests.length, 1);
  },
);

Deno.test(
  "20.12-W18 a login that the backend refuses is renewed once and the request sent again",
  STRICT,
  async () => {
    await using world = await setUp([REFUSED, { text: "ok" }]);
    const events = await collect(world.model, HELLO);
    deepEqual(events.at(-1), { type: "stop", reason: "end_turn" });
    const [first, second] = world.server.requests;
    equal(second?.headers.authorization, `Bearer ${NEW.access_token}`);
    deepEqual(second?.body, first?.body);
    equal(world.tokens.requests.length, 1);
    equal((await world.codex.auth()).tokens.refresh_token, "refresh-2");
  },
);

Deno.test("20.12-W18 refused twice is refused, without the token in the text", STRICT, async () => {
  const errorBody = { error: { message: `no such token: ${NEW.access_token}` } };
  await using world = await setUp([REFUSED, { status: 401, errorBody }]);
  await rejects(collect(world.model, HELLO), {
    message: "API error (status: 401): no such token: [key]",
  });
  equal(world.server.requests.length, 2);
  equal(world.tokens.requests.length, 1);
});

Deno.test("a renewal that is refused after a refusal tells why", STRICT, async () => {
  await using world = await setUp([REFUSED]);
  await using refusing = startTokenServer({ status: 401, body: { error: "refresh_token_reused" } });
  const login = world.codex.login(refusing.url);
  const resolved = resolvedModel("openai_responses", world.server.url);
  const model = await openWire(resolved, { credential: { kind: "codex_oauth", login } });
  await rejects(collect(model, HELLO), /refresh_token_reused.*Please run `codex login` again\./);
  equal(world.server.requests.length, 1);
});

Deno.test(
  "other refusals are not taken for a stale login; a page of the firewall is explained",
  STRICT,
  async () => {
    await using world = await setUp([
      { status: 403, errorBody: { error: { code: "plan", message: "not in your plan" } } },
      { status: 403, errorBody: "<!DOCTYPE html><html>Just a moment</html>" },
      { status: 400, errorBody: { detail: "bad" } },
      { status: 503, errorBody: "<html>busy</html>" },
    ]);
    const failure = async () => {
      const error = await collect(world.model, HELLO).then(() => null, (error) => error);
      ok(error instanceof ModelError);
      return { message: error.message, retryable: isRetryable(error) };
    };
    deepEqual(await failure(), {
      message: "API error (status: 403) [plan]: not in your plan",
      retryable: false,
    });
    deepEqual(await failure(), {
      message: "API error (status: 403): ChatGPT's server turned pod away with a page for " +
        "people: it may be open to certain clients only. Use a model of provider `openai` with " +
        "an API key instead",
      retryable: false,
    });
    equal((await failure()).message, 'API error (status: 400): {"detail":"bad"}');
    deepEqual(await failure(), {
      message: "API error (status: 503): <html>busy</html>",
      retryable: true,
    });
    equal(world.tokens.requests.length, 0);
  },
);

Deno.test(
  "20.13-18 an abort ends a call that waits for the login, without a word",
  STRICT,
  async () => {
    const renewal = Promise.withResolvers<void>();
    await using tokens = startTokenServer({ body: NEW, after: renewal.promise });
    await using world = await setUp([], { endsInS: -1 });
    const login = world.codex.login(tokens.url);
    const resolved = resolvedModel("openai_responses", world.server.url);
    const model = await openWire(resolved, { credential: { kind: "codex_oauth", login } });
    const abort = new AbortController();
    const events = collect(model, HELLO, abort.signal);
    await inTime("the renewal", tokens.request(0));
    abort.abort(new Error("the user said stop"));
    deepEqual(await inTime("the end of the call", events), []);
    equal(world.server.requests.length, 0);
    renewal.resolve();
    await login.session(new AbortController().signal);
  },
);
