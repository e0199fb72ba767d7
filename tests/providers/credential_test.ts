import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import type { ModelAuth, ModelScheme } from "../../lib/manifest/mod.ts";
import { openCredential } from "../../lib/host/credential_file.ts";
import { ProviderError, resolveCredential } from "../../lib/providers/mod.ts";
import { CodexHome } from "../support/codex_home.ts";

interface World {
  scheme?: ModelScheme;
  auth: ModelAuth;
  env?: Record<string, string>;
  files?: Record<string, string>;
}

function resolve({ scheme = "anthropic", auth, env = {}, files = {} }: World) {
  return resolveCredential(
    { scheme, auth },
    (name) => env[name],
    { readText: (path) => Promise.resolve(files[path] ?? null), openCredential },
  );
}

async function key(world: World): Promise<string | null> {
  const credential = await resolve(world);
  return credential.kind === "api_key" ? credential.key : null;
}

async function fails(world: World, message: string) {
  await rejects(resolve(world), (error) => {
    ok(error instanceof ProviderError);
    equal(error.code, "credential");
    equal(error.message, message);
    return true;
  });
}

const api: ModelAuth = { kind: "api_key" };
const file: ModelAuth = { kind: "api_key", file: "/k" };

Deno.test("20.13-38 environment beats file, our variable beats the vendor's, empty is unset", async () => {
  const own = { POD_API_KEY_ANTHROPIC: "own" };
  const vendor = { ANTHROPIC_API_KEY: "vendor" };
  const files = { "/k": "  from-file\n" };
  equal(await key({ auth: file, env: { ...own, ...vendor }, files }), "own");
  equal(await key({ auth: file, env: vendor, files }), "vendor");
  equal(await key({ auth: file, env: { POD_API_KEY_ANTHROPIC: "", ...vendor } }), "vendor");
  equal(await key({ auth: file, env: { ANTHROPIC_API_KEY: "" }, files }), "from-file");
});

Deno.test("20.13-38 each scheme has its variables, and a named variable replaces them", async () => {
  const env = {
    POD_API_KEY_ANTHROPIC: "a",
    OPENAI_API_KEY: "o",
    GEMINI_API_KEY: "g",
    OPENROUTER_API_KEY: "r",
    MINE: "m",
  };
  equal(await key({ scheme: "anthropic", auth: api, env }), "a");
  equal(await key({ scheme: "openai_chat", auth: api, env }), "o");
  equal(await key({ scheme: "openai_responses", auth: api, env }), "o");
  equal(await key({ scheme: "gemini", auth: api, env }), "g");
  const named = (name: string): ModelAuth => ({ kind: "api_key", env: name });
  equal(await key({ scheme: "openai_chat", auth: named("POD_API_KEY_OPENROUTER"), env }), "r");
  equal(await key({ scheme: "openai_chat", auth: named("MINE"), env }), "m");
  await fails(
    { scheme: "openai_chat", auth: named("UNSET"), env },
    "API key not provided for scheme OpenaiChat: set UNSET, or name a file with the key in the " +
      "manifest (auth.file); `--model demo/tour` needs no key",
  );
});

Deno.test("20.13-38 nothing at all says what to set", async () => {
  const message = (scheme: string, variables: string) =>
    `API key not provided for scheme ${scheme}: set ${variables}, or name a file with the key in ` +
    "the manifest (auth.file); `--model demo/tour` needs no key";
  const anthropic = message("Anthropic", "POD_API_KEY_ANTHROPIC or ANTHROPIC_API_KEY");
  await fails({ auth: api }, anthropic);
  await fails({ auth: file, files: { "/k": " \n" } }, anthropic);
  await fails(
    { scheme: "openai_responses", auth: api },
    message("OpenaiResponses", "POD_API_KEY_OPENAI or OPENAI_API_KEY"),
  );
  await fails(
    { scheme: "gemini", auth: api },
    message("Gemini", "POD_API_KEY_GEMINI or GEMINI_API_KEY"),
  );
});

Deno.test("20.13-38 a relative or unreadable key file is an error", async () => {
  await fails(
    { auth: { kind: "api_key", file: "k" } },
    "model configuration error: auth.file must be absolute: k",
  );
  await fails(
    { auth: file },
    "model configuration error: failed to read auth.file /k: no such file",
  );
  await rejects(
    resolveCredential(
      { scheme: "anthropic", auth: file },
      () => undefined,
      { readText: () => Promise.reject(new Error("denied")), openCredential },
    ),
    { message: "model configuration error: failed to read auth.file /k: denied" },
  );
});

Deno.test("20.13-38 secret_ref and auth that a scheme cannot use", async () => {
  await fails(
    { auth: { kind: "secret_ref", ref: "team/key" } },
    "model configuration error: secret store references are not implemented yet: team/key",
  );
  const codex: ModelAuth = { kind: "codex_oauth" };
  for (
    const [scheme, name] of [["anthropic", "Anthropic"], ["openai_chat", "OpenaiChat"]] as const
  ) {
    await fails({ scheme, auth: codex }, `scheme ${name} does not support this auth`);
  }
  await fails({ scheme: "scripted", auth: api }, "scheme Scripted does not support this auth");
});

Deno.test("20.13-38 20.13-36 codex_oauth: a login where the Codex CLI keeps it, or a word what to do", async () => {
  const world = (env: Record<string, string>): World => ({
    scheme: "openai_responses",
    auth: { kind: "codex_oauth" },
    env,
  });
  await fails(world({}), "model configuration error: Config error: HOME not set");
  await using codex = await CodexHome.create();
  const { path: home } = codex;
  const notLoggedIn = (path: string) => ({
    name: "ModelError",
    message:
      `Config error: not logged in to ChatGPT: ${path}/auth.json not found. Run \`codex login\` ` +
      'and ensure cli_auth_credentials_store = "file".',
  });
  const { kind } = await resolve(world({ HOME: "/nowhere", CODEX_HOME: home }));
  equal(kind, "codex_oauth");
  await rejects(resolve(world({ HOME: home })), notLoggedIn(`${home}/.codex`));
  await rejects(
    resolve(world({ HOME: home, CODEX_HOME: `${home}/other` })),
    notLoggedIn(`${home}/other`),
  );
  await Deno.writeTextFile(codex.authPath, '{"tokens":null}');
  await rejects(
    resolve(world({ CODEX_HOME: home })),
    /^ModelError: Config error: malformed ~\/\.codex\/auth\.json: tokens: .*Run `codex login` again\.$/,
  );
});

Deno.test("auth none needs nothing, with any scheme", async () => {
  for (const scheme of ["anthropic", "openai_chat", "gemini", "scripted"] as const) {
    deepEqual(await resolve({ scheme, auth: { kind: "none" }, env: { ANTHROPIC_API_KEY: "x" } }), {
      kind: "none",
    });
  }
});

Deno.test("20.10.4 a key that no header can carry is refused without being shown", async () => {
  for (const bad of ["sk secret", "sk-sécret", "sk-secret\n"]) {
    await fails(
      { auth: api, env: { ANTHROPIC_API_KEY: bad } },
      "Config error: invalid api key: not visible ASCII only",
    );
  }
});
