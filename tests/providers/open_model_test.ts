import { deepEqual, equal, match, ok, rejects } from "node:assert/strict";
import { DEFAULT_REQUEST_CONFIG } from "../../lib/protocol/mod.ts";
import { openModel } from "../../lib/providers/mod.ts";
import { collect, openWire, requestOf, resolvedModel, said } from "../support/model_calls.ts";
import { type RecordedRequest, startModelServer } from "../support/model_server.ts";
import { sentFor } from "./asking.ts";

const ROOT = new URL("../../", import.meta.url);
const HELLO = requestOf([said("user", "hello")]);

Deno.test("a scripted model plays its scenario", async () => {
  const resolved = {
    ...resolvedModel("anthropic", "/tour.toml", { provider: "scripted", modelId: "tour" }),
    scheme: "scripted" as const,
  };
  const readText = (path: string) => {
    equal(path, "/tour.toml");
    return Promise.resolve('[[answer]]\ntext = "Welcome."\n');
  };
  const model = await openModel(resolved, { kind: "none" }, { readText });
  const events = await collect(model, HELLO);
  deepEqual(events.at(-1), { type: "stop", reason: "end_turn" });
  ok(events.some((event) => event.type === "block_delta"));
  deepEqual(model.info, {
    provider: "scripted",
    id: "tour",
    scheme: "scripted",
    contextWindow: 200_000,
  });
});

for (const scheme of ["anthropic", "openai_chat", "openai_responses", "gemini"] as const) {
  Deno.test(`${scheme}: a key that no header can carry is refused without being quoted`, async () => {
    for (const key of ["sk-\nsecret", "sk-sécrèt\u{1F511}"]) {
      const credential = { kind: "api_key" as const, key };
      await rejects(openWire(resolvedModel(scheme, "https://host"), { credential }), {
        kind: "config",
        message: "Config error: invalid api key: it has a character that no HTTP header can carry",
      });
    }
  });

  Deno.test(`20.12-W16 ${scheme}: no longer answer is asked for than the model gives, and that is told`, async () => {
    const maxTokensIn = async (max_tokens: number) => {
      const request = requestOf([said("user", "hello")], { config: { max_tokens } });
      const { model, body } = await sentFor(scheme, request, { changes: { maxOutputTokens: 500 } });
      const warnings = model.unsupported({ ...DEFAULT_REQUEST_CONFIG, max_tokens });
      return { sent: JSON.stringify(body).match(/"max\w*tokens":(\d+)/i)?.[1], warnings };
    };
    deepEqual(await maxTokensIn(500), { sent: "500", warnings: [] });
    const { sent, warnings } = await maxTokensIn(501);
    equal(sent, "500");
    match(warnings.join("\n"), /^'max_tokens' 501 is more than \S+ gives: 500 is used$/);
  });

  Deno.test(`${scheme}: opening sends nothing and needs no network`, async () => {
    const model = await openWire(resolvedModel(scheme, "https://no.such.host.invalid"));
    deepEqual(model.unsupported(DEFAULT_REQUEST_CONFIG), []);
    equal(model.info.contextWindow, 200_000);
  });
}

/** Runs one call of each scheme in a process with this environment; gives what it printed. */
async function callInProcess(url: string, env: Record<string, string>): Promise<string> {
  const program = `
    import { collect, openWire, requestOf, resolvedModel, said } from "./tests/support/model_calls.ts";
    const config = { reasoning: 2048 };
    const models = [
      ["anthropic", "claude-sonnet-4-5"],
      ["openai_chat", "gpt-5"],
      ["gemini", "gemini-2.5-pro"],
      ["openai_responses", "gpt-5"],
    ];
    for (const [scheme, modelId] of models) {
      for (const credential of [{ kind: "none" }, { kind: "api_key", key: "key-1" }]) {
        const model = await openWire(resolvedModel(scheme, ${
    JSON.stringify(url)
  }, { modelId }), { credential });
        await collect(model, requestOf([said("user", "hello")], { config })).catch(() => {});
      }
    }
  `;
  const { stdout, stderr, code } = await new Deno.Command(Deno.execPath(), {
    args: ["eval", "--no-check", program],
    cwd: ROOT,
    env: { ...env, NO_COLOR: "1" },
  }).output();
  const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
  equal(code, 0, text);
  return text;
}

Deno.test("20.13-38 nothing of the environment reaches the wire, nothing the console", async () => {
  await using foreign = startModelServer(() => ({ text: "leaked" }));
  // The last answer of each scheme is garbage, which makes an SDK write to the console.
  await using server = startModelServer((_, index) =>
    index % 2 === 0 ? { text: "ok" } : { frames: ["event: x\ndata: {oops\n\n"] }
  );
  const configDir = await Deno.makeTempDir();
  try {
    const printed = await callInProcess(server.url, {
      ANTHROPIC_API_KEY: "leak-1",
      ANTHROPIC_AUTH_TOKEN: "leak-2",
      ANTHROPIC_BASE_URL: foreign.url,
      ANTHROPIC_CUSTOM_HEADERS: "x-leak: leak-3",
      ANTHROPIC_LOG: "debug",
      ANTHROPIC_PROFILE: "leak-4",
      GEMINI_API_KEY: "leak-10",
      GOOGLE_API_KEY: "leak-11",
      OPENAI_API_KEY: "leak-5",
      OPENAI_BASE_URL: foreign.url,
      OPENAI_ORG_ID: "leak-6",
      OPENAI_PROJECT_ID: "leak-7",
      OPENAI_ADMIN_KEY: "leak-8",
      OPENAI_CUSTOM_HEADERS: "x-leak: leak-9",
      OPENAI_LOG: "debug",
      OTEL_EXPORTER_OTLP_ENDPOINT: foreign.url,
      XDG_CONFIG_HOME: configDir,
    });
    equal(printed, "");
  } finally {
    await Deno.remove(configDir, { recursive: true });
  }
  equal(foreign.requests.length, 0);
  equal(server.requests.length, 8);
  const seen = (request: RecordedRequest) => JSON.stringify([request.path, request.headers]);
  for (const request of server.requests) {
    ok(!/leak|stainless|traceparent/.test(seen(request)), seen(request));
  }
});

Deno.test("the public face of the room loads no SDK and no parser of streams", async () => {
  const { stdout } = await new Deno.Command(Deno.execPath(), {
    args: ["info", "--json", "lib/providers/mod.ts"],
    cwd: ROOT,
  }).output();
  const { modules, roots } = JSON.parse(new TextDecoder().decode(stdout));
  const reached = new Set<string>(roots);
  for (const specifier of reached) {
    const found = modules.find((module: { specifier: string }) => module.specifier === specifier);
    for (const { isDynamic, code } of found?.dependencies ?? []) {
      if (!isDynamic && code) reached.add(code.specifier);
    }
  }
  ok(reached.size > 10);
  deepEqual(
    [...reached].filter((specifier) =>
      /openai@|sdk@|anthropic|eventsource|gemini[_.]/.test(specifier)
    ),
    [],
  );
});
