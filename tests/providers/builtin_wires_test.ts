/** What goes out to each builtin provider, read on the wire. */
import { deepEqual, equal, ok } from "../support/assert.ts";
import { BUILTIN_CATALOG, type CatalogProvider, resolveModel } from "../../lib/providers/mod.ts";
import { collect, openWire, requestOf, said } from "../support/model_calls.ts";
import { startModelServer } from "../support/model_server.ts";

const KEY = "key-1";
const ANTHROPIC = { "anthropic-version": "2023-06-01" };

/**
 * Per provider: the path of the request at the provider's own host, and the headers that go out beside
 * those that all have in common.
 */
const WIRES: Readonly<Record<string, { path: string; headers: Record<string, string> }>> = {
  "anthropic": {
    path: "/v1/messages",
    headers: {
      ...ANTHROPIC,
      "anthropic-beta": "fine-grained-tool-streaming-2025-05-14",
      "x-api-key": KEY,
    },
  },
  "ollama-local": { path: "/v1/messages", headers: ANTHROPIC },
  "openai": { path: "/v1/responses", headers: { authorization: `Bearer ${KEY}` } },
  "openrouter": { path: "/api/v1/chat/completions", headers: { authorization: `Bearer ${KEY}` } },
  "gemini": {
    path: "/v1beta/models/some-model:streamGenerateContent?alt=sse",
    headers: { "x-goog-api-key": KEY },
  },
  "llama-cpp": { path: "/v1/chat/completions", headers: {} },
  "lm-studio": { path: "/v1/chat/completions", headers: {} },
  "vllm": { path: "/v1/chat/completions", headers: {} },
};

/** Providers of schemes that are not built yet. */
const NOT_BUILT = ["codex-oauth"];

/** What every request has, whoever gets it. */
const COMMON = {
  "accept": "text/event-stream",
  "accept-encoding": "gzip,br",
  "accept-language": "*",
  "content-type": "application/json",
  "user-agent": "pod/0.1.0",
};

Deno.test("20.12-W17 every builtin provider with a network has a row here", () => {
  const names = BUILTIN_CATALOG.providers.filter(({ scheme }) => scheme !== "scripted")
    .map(({ id }) => id);
  deepEqual(names.toSorted(), [...Object.keys(WIRES), ...NOT_BUILT].toSorted());
});

for (const [id, { path, headers }] of Object.entries(WIRES)) {
  Deno.test(`20.12-W17, 20.13-29 ${id}: the URL and the headers on the wire`, async () => {
    const provider = BUILTIN_CATALOG.providers.find((entry) => entry.id === id);
    ok(provider !== undefined);
    await using server = startModelServer([{ text: "ok" }, { text: "ok" }]);
    for (const slash of ["", "/"]) {
      const base_url = `${redirected(provider, server.url)}${slash}`;
      const resolved = resolveModel({ ref: `${id}/some-model`, base_url }, BUILTIN_CATALOG);
      const credential = resolved.auth.kind === "none"
        ? { kind: "none" as const }
        : { kind: "api_key" as const, key: KEY };
      await collect(await openWire(resolved, { credential }), requestOf([said("user", "hi")]));
    }
    for (const request of server.requests) {
      equal(request.path, path);
      const { host: _host, "content-length": _length, ...sent } = request.headers;
      deepEqual(sent, { ...COMMON, ...headers });
      ok(JSON.stringify([request.path, request.body.model]).includes("some-model"));
    }
    equal(server.requests.length, 2);
  });
}

/** The provider's base URL at another host. */
function redirected({ base_url = "" }: CatalogProvider, host: string): string {
  return host + new URL(base_url).pathname.replace(/\/$/, "");
}
