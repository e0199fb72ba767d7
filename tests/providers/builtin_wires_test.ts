/** What goes out to each builtin provider, read on the wire. */
import { deepEqual, equal } from "../support/assert.ts";
import { BUILTIN_CATALOG, type Credential, resolveModel } from "../../lib/providers/mod.ts";
import { CodexHome, hasZstd } from "../support/codex_home.ts";
import { collect, openWire } from "../support/model_calls.ts";
import { startModelServer } from "../support/model_server.ts";
import { COMMON_HEADERS, HELLO } from "./asking.ts";

const KEY = "key-1";
/** Stands for the access token of a login. */
const TOKEN = "access-token";
const ANTHROPIC = { "anthropic-version": "2023-06-01" };

/**
 * Per provider: where a request for `some-model` goes, and the headers beside those that all have in
 * common.
 */
const WIRES: Readonly<Record<string, { url: string; headers: Record<string, string> }>> = {
  "anthropic": {
    url: "https://api.anthropic.com/v1/messages",
    headers: {
      ...ANTHROPIC,
      "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
      "x-api-key": KEY,
    },
  },
  "ollama-local": { url: "http://localhost:11434/v1/messages", headers: ANTHROPIC },
  "openai": {
    url: "https://api.openai.com/v1/responses",
    headers: { authorization: `Bearer ${KEY}` },
  },
  "codex-oauth": {
    url: "https://chatgpt.com/backend-api/codex/responses",
    headers: {
      "authorization": `Bearer ${TOKEN}`,
      "chatgpt-account-id": "acc-1",
      ...(hasZstd() && { "content-encoding": "zstd" }),
      "originator": "pod",
    },
  },
  "openrouter": {
    url: "https://openrouter.ai/api/v1/chat/completions",
    headers: { authorization: `Bearer ${KEY}` },
  },
  "gemini": {
    url: "https://generativelanguage.googleapis.com" +
      "/v1beta/models/some-model:streamGenerateContent?alt=sse",
    headers: { "x-goog-api-key": KEY },
  },
  "llama-cpp": { url: "http://localhost:8080/v1/chat/completions", headers: {} },
  "lm-studio": { url: "http://localhost:1234/v1/chat/completions", headers: {} },
  "vllm": { url: "http://localhost:8000/v1/chat/completions", headers: {} },
};

Deno.test("20.12-W17 every builtin provider with a network has a row here", () => {
  const names = BUILTIN_CATALOG.providers.filter(({ scheme }) => scheme !== "scripted")
    .map(({ id }) => id);
  deepEqual(names.toSorted(), Object.keys(WIRES).toSorted());
});

for (const [id, { url, headers }] of Object.entries(WIRES)) {
  Deno.test(`20.12-W17 20.13-29 20.13-36 ${id}: the URL and the headers on the wire`, async () => {
    await using codex = await CodexHome.create();
    const login = codex.login("http://127.0.0.1:9/not-needed");
    const token = `${(await codex.auth()).tokens.access_token}`;
    const credentials: Record<string, Credential> = {
      none: { kind: "none" },
      api_key: { kind: "api_key", key: KEY },
      codex_oauth: { kind: "codex_oauth", login },
    };
    const ref = `${id}/some-model`;
    const { origin, pathname } = new URL(resolveModel({ ref }, BUILTIN_CATALOG).baseUrl);
    await using server = startModelServer([{ text: "ok" }, { text: "ok" }]);
    for (const slash of ["", "/"]) {
      const base_url = `${server.url}${pathname.replace(/\/$/, "")}${slash}`;
      const resolved = resolveModel({ ref, base_url }, BUILTIN_CATALOG);
      const credential = credentials[resolved.auth.kind];
      await collect(await openWire(resolved, { credential }), HELLO);
    }
    for (const { path, headers: all, body } of server.requests) {
      equal(`${origin}${path}`, url);
      const { host: _host, "content-length": _length, ...sent } = all;
      const shown = Object.entries(sent).map((
        [name, value],
      ) => [name, value.replace(token, TOKEN)]);
      deepEqual(Object.fromEntries(shown), { ...COMMON_HEADERS, ...headers });
      // Gemini's stands in the URL.
      equal(body.model, id === "gemini" ? undefined : "some-model");
    }
    equal(server.requests.length, 2);
  });
}
