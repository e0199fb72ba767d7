import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { ManifestError, parseManifest } from "../../lib/manifest/mod.ts";
import { toml } from "./support.ts";

async function json(value: unknown) {
  const text = JSON.stringify(value);
  return await parseManifest(text, { format: "json", source: "spawn hand-off", base: null });
}

function isParseError(error: unknown, ...parts: string[]): boolean {
  ok(error instanceof ManifestError);
  equal(error.code, "manifest_parse");
  for (const part of parts) ok(error.message.includes(part), `${error.message} lacks ${part}`);
  return true;
}

Deno.test("70.11-3 wrong types, values and enum members fail with file, path and expectation", async () => {
  const cases: [string, string, string][] = [
    ["[worker]\nmax_turns = 0", "worker.max_turns", "expected >=1"],
    ["[model.retry]\nmax_attempts = 0", "model.retry.max_attempts", "expected >=1"],
    ["[model.timeouts]\nidle_ms = 0", "model.timeouts.idle_ms", "expected >=1"],
    ["[model]\nfallback = 'a/b'", "model.fallback", "expected Array"],
    ['[worker]\nmax_tokens = "x"', "worker.max_tokens", "expected (number | false)"],
    ["[worker]\nmax_tokens = -1", "worker.max_tokens", "expected >=0"],
    ["[worker]\ntop_k = 4294967296", "worker.top_k", "expected <=4294967295"],
    ["[worker]\ntop_k = 1.5", "worker.top_k", "integer"],
    ["[worker]\ntemperature = inf", "worker.temperature", "finite"],
    ['[model]\nscheme = "foo"', "model.scheme", '"anthropic" | "openai_chat"'],
    ['[model]\nauth = { kind = "x" }', "model.auth.kind", '"none" | "api_key"'],
    ['[[scope.allow]]\ntarget = "/a"\npermission = "rw"', "scope.allow.0.permission", '"read"'],
    ["model = 3", "model", "expected Object"],
  ];
  for (const [text, path, expected] of cases) {
    await rejects(
      toml(text),
      (error) => isParseError(error, "failed to parse manifest /t.toml: ", `${path}: `, expected),
    );
  }
});

Deno.test("70.11-3 keys that nobody knows are ignored, with a warning", async () => {
  const { manifest, warnings } = await parseManifest(
    '[pod]\nname = "p"\npwd = "/x"\n[worker]\nunknown_x = 1\nmax_token = 7\n[profiles]\na = 1',
    { format: "toml", source: "manifest /t.toml", base: null },
  );
  deepEqual(manifest, { pod: { name: "p" }, worker: {} });
  deepEqual(warnings, [
    "unknown field in manifest: pod.pwd",
    "unknown field in manifest: worker.unknown_x",
    "unknown field in manifest: worker.max_token (did you mean `max_tokens`?)",
    "unknown field in manifest: profiles",
  ]);
});

Deno.test("70.9-2 warnings reach into lists, tagged tables and maps", async () => {
  const { warnings } = await json({
    scope: { allow: [{ target: "/a", permission: "read", recursiv: false }] },
    model: { auth: { kind: "api_key", fiel: "/k" }, constructor: 1, retry: { max_attempt: 1 } },
    permissions: { default_action: "ask", rules: [] },
    worker: { tool_output: { per_tool: { AnyTool: 1 } } },
    profile: { source: { kind: "path", path: "/p" } },
  });
  deepEqual(warnings, [
    "unknown field in manifest: scope.allow.0.recursiv (did you mean `recursive`?)",
    "unknown field in manifest: model.auth.fiel (did you mean `file`?)",
    "unknown field in manifest: model.constructor",
    "unknown field in manifest: model.retry.max_attempt (did you mean `max_attempts`?)",
    "unknown field in manifest: permissions.rules (did you mean `rule`?)",
  ]);
});

Deno.test("70.11-4 removed keys are errors that name the key, in TOML and in JSON", async () => {
  const turns = "unknown field in manifest: compaction.prune_protected_turns " +
    "(removed; use compaction.prune_protected_tokens)";
  const tokens = "unknown field in manifest: memory.extract_worker_max_input_tokens (removed)";
  await rejects(toml("[compaction]\nprune_protected_turns = 3"), (e) => isParseError(e, turns));
  await rejects(
    toml("[memory]\nextract_worker_max_input_tokens = 3"),
    (error) => isParseError(error, tokens),
  );
  await rejects(json({ compaction: { prune_protected_turns: 3 } }), (e) => isParseError(e, turns));
});

Deno.test("70.11-4 old names in [compaction] mean the names of today", async () => {
  const text = `[compaction]
    compact_threshold = 1
    compact_request_threshold = 2
    compact_retained_tokens = 3
    compact_worker_max_input_tokens = 4
    compact_worker_max_turns = 5
    compact_auto_read_budget = 6`;
  deepEqual(await toml(text), {
    compaction: {
      threshold: 1,
      request_threshold: 2,
      retained_tokens: 3,
      worker_context_max_tokens: 4,
      worker_max_turns: 5,
      auto_read_budget_tokens: 6,
    },
  });
  await rejects(
    toml("[compaction]\nthreshold = 1\ncompact_threshold = 1"),
    (error) => isParseError(error, "duplicate field", "compact_threshold"),
  );
});

Deno.test("70.1.2 a list element without a required member is an error", async () => {
  await rejects(
    toml('[[scope.allow]]\ntarget = "/a"'),
    (error) => isParseError(error, "missing required field: scope.allow.0.permission"),
  );
  await rejects(
    toml('[permissions]\n[[permissions.rule]]\ntool = "Bash"\naction = "deny"'),
    (error) => isParseError(error, "missing required field: permissions.rule.0.pattern"),
  );
});

Deno.test("70.1.2 null in JSON is a missing key, at any depth", async () => {
  const { manifest, warnings } = await json({
    pod: { name: "p", prompt_pack: null },
    model: null,
    worker: { max_turns: null, tool_output: null, stop_sequences: ["a"] },
    scope: { allow: [{ target: "/a", permission: "read", recursive: null }] },
    memory: null,
  });
  deepEqual(manifest, {
    pod: { name: "p" },
    worker: { stop_sequences: ["a"] },
    scope: { allow: [{ target: "/a", permission: "read", recursive: true }] },
  });
  deepEqual(warnings, []);
});

Deno.test("70.1.2 broken syntax and other values than tables are errors", async () => {
  await rejects(toml("a = = 1"), (error) => isParseError(error, "manifest /t.toml"));
  await rejects(json([1]), (error) => isParseError(error, "spawn hand-off: expected an object"));
  await rejects(
    parseManifest("{", { format: "json", source: "spawn hand-off", base: null }),
    (error) => isParseError(error, "failed to parse spawn hand-off: "),
  );
});

Deno.test("a value in the wrong place, perhaps a key, is not repeated in the message", async () => {
  await rejects(toml('[model]\nauth = "sk-secret"'), (error) => {
    ok(error instanceof ManifestError);
    ok(!error.message.includes("sk-secret"));
    return isParseError(error, "model.auth: expected Object");
  });
});

Deno.test("70.1.3 the whole example of the spec parses without a warning", async () => {
  const { manifest, warnings } = await parseManifest(EXAMPLE, {
    format: "toml",
    source: "manifest /p/pod.toml",
    base: "/p",
  });
  deepEqual(warnings, []);
  equal(manifest.pod?.prompt_pack, "/p/packs/team.toml");
  deepEqual(manifest.model?.auth, { kind: "api_key", file: "/p/keys/anthropic" });
  deepEqual(manifest.scope?.allow, [
    { target: "/p", permission: "write", recursive: true },
    { target: "/srv/reference-docs", permission: "read", recursive: false },
  ]);
  deepEqual(manifest.scope?.deny, [{ target: "/p/secrets", permission: "read", recursive: true }]);
  equal(manifest.worker?.reasoning, 4096);
  deepEqual(manifest.skills?.directories, ["/p/.pod/skills"]);
});

const EXAMPLE = `
[pod]
name = "billing-refactor"
prompt_pack = "packs/team.toml"
[model]
ref = "anthropic/claude-sonnet-4-6"
auth = { kind = "api_key", file = "keys/anthropic" }
context_window = 180000
[worker]
instruction = "$pod/default"
language = "English"
max_tokens = 8192
max_turns = 60
temperature = 0.2
top_p = 0.95
top_k = 50
stop_sequences = ["<<END>>"]
reasoning = 4096
[worker.tool_output]
default_max_bytes = 65536
[worker.tool_output.per_tool]
Grep = 16384
[worker.file_upload]
max_bytes = 131072
[[scope.allow]]
target = "."
permission = "write"
[[scope.allow]]
target = "/srv/reference-docs"
permission = "read"
recursive = false
[[scope.deny]]
target = "secrets"
permission = "read"
[session]
record_event_trace = false
[permissions]
default_action = "allow"
[[permissions.rule]]
tool = "Bash"
pattern = "rm -rf *"
action = "deny"
[compaction]
prune_protected_tokens = 8000
prune_min_savings = 4096
threshold = 120000
request_threshold = 150000
retained_tokens = 8000
worker_context_max_tokens = 60000
worker_max_turns = 20
summary_target_tokens = 2000
summary_max_tokens = 4000
auto_read_budget_tokens = 8000
result_context_max_tokens = 60000
[compaction.model]
ref = "ollama-local/qwen2.5-coder"
[memory]
inject_summary = true
extract_threshold = 40000
extract_worker_max_turns = 8
consolidation_threshold_files = 5
consolidation_threshold_bytes = 65536
[memory.extract_model]
ref = "ollama-local/llama3.1"
[web]
enabled = true
[web.search]
provider = "brave"
api_key_env = "BRAVE_SEARCH_API_KEY"
[web.fetch]
redirect_limit = 3
[skills]
directories = [".pod/skills"]
`;
