import { deepStrictEqual as deepEqual, ok, strictEqual as equal, throws } from "node:assert/strict";
import {
  ManifestError,
  parseManifest,
  type PartialManifest,
  resolveManifest,
} from "../../lib/manifest/mod.ts";
import { MINIMAL, toml } from "./support.ts";

function fails(layers: PartialManifest[], message: string) {
  throws(() => resolveManifest(layers), (error) => {
    ok(error instanceof ManifestError);
    equal(error.code, "manifest_invalid");
    equal(error.message, message);
    return true;
  });
}

Deno.test("70.11-1 a name and a scope are required, in this order", async () => {
  fails([await toml('[model]\nref = "demo/tour"')], "missing required field: pod.name");
  fails([{ pod: { name: "p" } }], "missing required field: scope.allow");
  fails([{ pod: { name: "p" }, scope: { allow: [] } }], "missing required field: scope.allow");
});

Deno.test("70.11-2 [permissions] needs a default action and keeps the order of its rules", async () => {
  const rules = `[[permissions.rule]]
    tool = "Bash"
    pattern = "git *"
    action = "allow"
    [[permissions.rule]]
    tool = "Bash"
    pattern = "*"
    action = "ask"`;
  fails([MINIMAL, await toml(rules)], "missing required field: permissions.default_action");
  const { permissions } = resolveManifest([
    MINIMAL,
    await toml(`[permissions]\ndefault_action = "deny"\n${rules}`),
  ]);
  deepEqual(permissions, {
    default_action: "deny",
    rule: [
      { tool: "Bash", pattern: "git *", action: "allow" },
      { tool: "Bash", pattern: "*", action: "ask" },
    ],
  });
});

Deno.test("70.11-4 [compaction] with an old name gets the other defaults", async () => {
  const { compaction } = resolveManifest([
    MINIMAL,
    await toml("[compaction]\ncompact_threshold = 80000"),
  ]);
  deepEqual(compaction, {
    prune_protected_tokens: 8000,
    prune_min_savings: 4096,
    threshold: 80000,
    retained_tokens: 8000,
    overview_target_tokens: 8000,
    overview_warning_tokens: 16000,
    overview_deadline_tokens: 40000,
    worker_context_max_tokens: 50000,
    finish_warning_remaining_tokens: 8000,
    final_reserve_tokens: 4000,
    worker_max_turns: 20,
    summary_target_tokens: 2000,
    summary_max_tokens: 4000,
    auto_read_budget_tokens: 8000,
    result_context_max_tokens: 60000,
  });
});

Deno.test("70.11-5 an empty section switches on, an absent one is off", async () => {
  const off = resolveManifest([MINIMAL]);
  deepEqual(
    [off.memory, off.compaction, off.permissions, off.web],
    [undefined, undefined, undefined, undefined],
  );
  const on = resolveManifest([MINIMAL, await toml("[memory]\n[compaction]\n[web]")]);
  deepEqual(on.memory, {
    query_result_limit: 20,
    query_excerpt_lines: 3,
    inject_summary: true,
    language: "English",
    extract_worker_max_turns: 8,
  });
  equal(on.compaction?.worker_max_turns, 20);
  equal(on.compaction?.threshold, undefined);
  equal(on.compaction?.request_threshold, undefined);
  equal(on.web?.enabled, false);
});

Deno.test("70.1.3 the least manifest gets every default", () => {
  deepEqual(resolveManifest([MINIMAL]), {
    pod: { name: "p" },
    model: {},
    worker: {
      instruction: "$pod/default",
      language: "the one the user writes in, unless they ask for another",
      stop_sequences: [],
      tool_output: { default_max_bytes: 65536, per_tool: {} },
      file_upload: { max_bytes: 262144 },
    },
    scope: { allow: [{ target: "/srv", permission: "write", recursive: true }], deny: [] },
    session: { record_event_trace: false },
    permissions: undefined,
    compaction: undefined,
    memory: undefined,
    web: undefined,
    skills: { directories: [] },
  });
});

Deno.test("70.1.4 relative paths are refused in the order of the table", async () => {
  const text = `[pod]
    prompt_pack = "pack.toml"
    [model]
    auth = { kind = "api_key", file = "k1" }
    [[scope.deny]]
    target = "secrets"
    permission = "read"
    [permissions]
    [compaction.model]
    auth = { kind = "api_key", file = "k2" }
    [skills]
    directories = ["/ok", "skills"]
    [memory]
    workspace_root = "w"
    [memory.extract_model]
    auth = { kind = "api_key", file = "k3" }
    [memory.consolidation_model]
    auth = { kind = "api_key", file = "k4" }`;
  const layers = [MINIMAL, await toml(text, null)];
  const key = (file: string) => ({ auth: { kind: "api_key" as const, file } });
  const steps: [string, PartialManifest][] = [
    ["path must be absolute (pod.prompt_pack): pack.toml", { pod: { prompt_pack: "/pack.toml" } }],
    ["path must be absolute (model.auth.file): k1", { model: key("/k1") }],
    ["path must be absolute (scope.deny.target): secrets", {}],
    [
      "missing required field: permissions.default_action",
      { permissions: { default_action: "allow" } },
    ],
    ["path must be absolute (compaction.model.auth.file): k2", {
      compaction: { model: key("/k") },
    }],
    ["path must be absolute (skills.directories): skills", {}],
    ["path must be absolute (memory.workspace_root): w", { memory: { workspace_root: "/w" } }],
    [
      "path must be absolute (memory.extract_model.auth.file): k3",
      { memory: { extract_model: key("/k") } },
    ],
    [
      "path must be absolute (memory.consolidation_model.auth.file): k4",
      { memory: { consolidation_model: key("/k") } },
    ],
  ];
  for (const [message, repair] of steps) {
    fails(layers, message);
    layers.push(repair);
    // Lists only grow, so their relative elements are repaired in place.
    if (message.includes("scope.deny")) delete layers[1]?.scope;
    if (message.includes("skills.directories")) delete layers[1]?.skills;
  }
  equal(resolveManifest(layers).pod.name, "p");
});

Deno.test("70.9-9 a name that could leave its directory is refused", () => {
  for (const name of ["", ".", "..", "a/b", "/abs", "a\0b", "a b", "ä", "x".repeat(65)]) {
    fails([MINIMAL, { pod: { name } }], `invalid pod name: ${name}`);
  }
  for (const name of ["a", "A-1_b.c", "...", "x".repeat(64)]) {
    equal(resolveManifest([MINIMAL, { pod: { name } }]).pod.name, name);
  }
});

Deno.test("70.9-3 false takes back an inherited number and switches the turn limit off", async () => {
  const lower = await toml(
    "[worker]\nmax_turns = 3\ntemperature = 0.5\n[model]\ncontext_window = 9\n" +
      "[compaction]\nthreshold = 5\n[memory]\nextract_threshold = 4",
  );
  const upper = await toml(
    "[worker]\nmax_turns = false\ntemperature = false\n[model]\ncontext_window = false\n" +
      "[compaction]\nthreshold = false\nworker_max_turns = false\n" +
      "[memory]\nextract_threshold = false\ninject_summary = false",
  );
  const resolved = resolveManifest([MINIMAL, lower, upper]);
  ok(!("max_turns" in resolved.worker));
  ok(!("temperature" in resolved.worker));
  deepEqual(resolved.model, {});
  ok(resolved.compaction && !("threshold" in resolved.compaction));
  equal(resolved.compaction.worker_max_turns, false);
  ok(resolved.memory && !("extract_threshold" in resolved.memory));
  equal(resolved.memory.inject_summary, false);
});

Deno.test("a resolved manifest survives its snapshot unchanged", async () => {
  const resolved = resolveManifest([
    MINIMAL,
    await toml("[compaction]\nworker_max_turns = false\n[memory]\n[web]\n[worker]\ntop_k = 4"),
  ]);
  const { manifest, warnings } = await parseManifest(JSON.stringify(resolved), {
    format: "json",
    source: "snapshot",
    base: null,
  });
  deepEqual(warnings, []);
  deepEqual(resolveManifest([manifest]), resolved);
});

Deno.test("40.1.1 the language is trimmed, and a blank one is the default", () => {
  const language = (given: string) =>
    resolveManifest([MINIMAL, { worker: { language: given } }]).worker.language;
  equal(language(" French \n"), "French");
  equal(language(" \n"), resolveManifest([MINIMAL]).worker.language);
});
