import { deepEqual, equal, match, throws } from "node:assert/strict";
import { BUILTIN_CATALOG } from "../../lib/providers/mod.ts";
import { plainBaseUrl, versionedBaseUrl } from "../../lib/providers/base_url.ts";

Deno.test("20.12-W17 a base URL ends in exactly one version", () => {
  const cases: [string, string][] = [
    ["https://api.openai.com", "https://api.openai.com/v1"],
    ["https://api.openai.com/v1", "https://api.openai.com/v1"],
    ["https://api.openai.com/v1//", "https://api.openai.com/v1"],
    ["https://openrouter.ai/api/v1", "https://openrouter.ai/api/v1"],
    ["https://openrouter.ai/api", "https://openrouter.ai/api/v1"],
    ["http://localhost:11434/", "http://localhost:11434/v1"],
    ["https://host/v1beta/openai/", "https://host/v1beta/openai"],
    ["https://host/paas/v4", "https://host/paas/v4"],
    ["https://v1.example.com/vault", "https://v1.example.com/vault/v1"],
  ];
  for (const [given, expected] of cases) equal(versionedBaseUrl(given), expected, given);
});

Deno.test("the version that is added is the scheme's; any that is there stays", () => {
  const read = (path: string) => versionedBaseUrl(`https://host${path}`, "v1beta");
  deepEqual(["", "/", "/v1beta", "/v1"].map(read), [
    "https://host/v1beta",
    "https://host/v1beta",
    "https://host/v1beta",
    "https://host/v1",
  ]);
});

Deno.test("20.12-W17 all builtin base URLs of schemes with versions get one", () => {
  const versioned = ["anthropic", "openai_chat", "openai_responses"];
  for (const { scheme, base_url, id } of BUILTIN_CATALOG.providers) {
    if (!versioned.includes(scheme) || base_url === undefined) continue;
    equal(versionedBaseUrl(base_url).match(/\/v1/g)?.length, 1, id);
  }
});

Deno.test("an API without versions keeps its base URL", () => {
  for (const url of ["https://chatgpt.com/backend-api/codex", "http://127.0.0.1:80"]) {
    equal(plainBaseUrl(url), url);
    equal(plainBaseUrl(`${url}//`), url);
  }
});

Deno.test("20.10.4 a base URL that is refused does not show the login in it", () => {
  for (const url of ["ftp://joe:secret@host/v1", "joe:secret@host", "http://joe:secret@ho st"]) {
    throws(() => versionedBaseUrl(url), (error: Error) => {
      match(error.message, /\[login\]@ho/);
      return !error.message.includes("secret");
    });
  }
});

Deno.test("what is no web address is refused", () => {
  for (const url of ["", "localhost:11434", "file:///etc/passwd", "api.openai.com"]) {
    throws(() => versionedBaseUrl(url), { kind: "config", message: /^Config error: base_url `/ });
  }
});
