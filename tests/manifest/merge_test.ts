import { deepStrictEqual as deepEqual } from "node:assert/strict";
import fc from "fast-check";
import { mergeManifests, type PartialManifest } from "../../lib/manifest/mod.ts";
import { toml } from "./support.ts";

Deno.test("70.11-6 scalars and lists are replaced, maps united, rules and skills concatenated", async () => {
  const lower = await toml(`
    [worker]
    stop_sequences = ["a"]
    top_k = 20
    tool_output.per_tool = { Read = 1 }
    [[scope.allow]]
    target = "/a"
    permission = "read"
    [permissions]
    default_action = "allow"
    [[permissions.rule]]
    tool = "A"
    pattern = "*"
    action = "ask"
    [web.search]
    country = "CH"
    timeout_secs = 3
    [skills]
    directories = ["/s1"]`);
  const upper = await toml(`
    [worker]
    stop_sequences = ["b"]
    tool_output.per_tool = { Read = 2, Grep = 3 }
    [[scope.allow]]
    target = "/b"
    permission = "write"
    [permissions]
    default_action = "deny"
    [[permissions.rule]]
    tool = "B"
    pattern = "*"
    action = "deny"
    [web.search]
    timeout_secs = 4
    [skills]
    directories = ["/s2"]`);
  deepEqual(mergeManifests(lower, upper), {
    worker: {
      stop_sequences: ["b"],
      top_k: 20,
      tool_output: { per_tool: { Read: 2, Grep: 3 } },
    },
    scope: {
      allow: [
        { target: "/a", permission: "read", recursive: true },
        { target: "/b", permission: "write", recursive: true },
      ],
    },
    permissions: {
      default_action: "deny",
      rule: [
        { tool: "A", pattern: "*", action: "ask" },
        { tool: "B", pattern: "*", action: "deny" },
      ],
    },
    web: { search: { country: "CH", timeout_secs: 4 } },
    skills: { directories: ["/s1", "/s2"] },
  });
});

Deno.test("70.11-7 a ref below and an auth above both survive; auth is one value", () => {
  const lower: PartialManifest = {
    model: { ref: "anthropic/x", auth: { kind: "api_key", env: "A" } },
  };
  const auth = { kind: "api_key", file: "/k" } as const;
  deepEqual(mergeManifests(lower, { model: { auth } }), { model: { ref: "anthropic/x", auth } });
  const memory = (model: PartialManifest["model"]) => ({ memory: { extract_model: model } });
  deepEqual(
    mergeManifests(memory(lower.model), memory({ auth })),
    memory({ ref: "anthropic/x", auth }),
  );
});

Deno.test("20.12-W36 retry and time limits merge key by key, a list of fallbacks is replaced", async () => {
  const lower = await toml(`
    [model]
    fallback = ["a/b", "c/d"]
    [model.retry]
    max_attempts = 2
    budget_ms = 1000
    [model.timeouts]
    open_ms = 5`);
  const upper = await toml(`
    [model]
    fallback = ["e/f"]
    [model.retry]
    budget_ms = 2000
    [model.timeouts]
    idle_ms = 7`);
  deepEqual(mergeManifests(lower, upper), {
    model: {
      fallback: ["e/f"],
      retry: { max_attempts: 2, budget_ms: 2000 },
      timeouts: { open_ms: 5, idle_ms: 7 },
    },
  });
});

/** Any subset of the members. */
function some<T>(members: { [K in keyof T]: fc.Arbitrary<T[K]> }) {
  return fc.record(members, { requiredKeys: [], noNullPrototype: true });
}

const text = fc.constantFrom("", "a", "b");
const number = fc.nat(3);
const auth = fc.oneof(
  fc.constant({ kind: "none" as const }),
  fc.record({ kind: fc.constant("api_key" as const), env: text }),
  fc.record({ kind: fc.constant("api_key" as const), file: text }),
);
const model = some({
  ref: text,
  base_url: text,
  auth,
  context_window: fc.option(number),
  fallback: fc.array(text, { maxLength: 2 }),
  retry: some({ base_ms: number, max_continuations: number }),
});
const rules = fc.array(
  fc.record({
    target: text,
    permission: fc.constantFrom("read" as const, "write" as const),
    recursive: fc.boolean(),
  }),
  { maxLength: 2 },
);
const action = fc.constantFrom("allow" as const, "deny" as const);
const layer: fc.Arbitrary<PartialManifest> = some({
  pod: some({ name: text }),
  model,
  worker: some({
    top_k: fc.option(number),
    stop_sequences: fc.array(text, { maxLength: 2 }),
    reasoning: fc.oneof(text, number),
    tool_output: some({
      default_max_bytes: number,
      per_tool: fc.dictionary(fc.constantFrom("Read", "auth", "allow"), number, {
        noNullPrototype: true,
      }),
    }),
  }),
  scope: some({ allow: rules, deny: rules }),
  permissions: some({
    default_action: action,
    rule: fc.array(fc.record({ tool: text, pattern: text, action }), { maxLength: 2 }),
  }),
  compaction: some({ threshold: fc.option(number), model }),
  memory: some({ inject_summary: fc.boolean(), extract_model: model }),
  skills: some({ directories: fc.array(text, { maxLength: 2 }) }),
});

Deno.test("merging is associative and an empty layer changes nothing", () => {
  fc.assert(fc.property(layer, layer, layer, (a, b, c) => {
    deepEqual(
      mergeManifests(mergeManifests(a, b), c),
      mergeManifests(a, mergeManifests(b, c)),
    );
    deepEqual(mergeManifests(a, {}), a);
    deepEqual(mergeManifests({}, a), a);
  }));
});

Deno.test("every key follows its own rule", () => {
  const concatenated: ((m: PartialManifest) => readonly unknown[] | undefined)[] = [
    (m) => m.scope?.allow,
    (m) => m.scope?.deny,
    (m) => m.permissions?.rule,
    (m) => m.skills?.directories,
  ];
  const replaced: ((m: PartialManifest) => unknown)[] = [
    (m) => m.pod?.name,
    (m) => m.model?.ref,
    (m) => m.model?.auth,
    (m) => m.model?.context_window,
    (m) => m.compaction?.model?.auth,
    (m) => m.memory?.extract_model?.base_url,
    (m) => m.memory?.inject_summary,
    (m) => m.worker?.top_k,
    (m) => m.worker?.stop_sequences,
    (m) => m.worker?.reasoning,
    (m) => m.worker?.tool_output?.default_max_bytes,
    (m) => m.worker?.tool_output?.per_tool?.Read,
    (m) => m.worker?.tool_output?.per_tool?.auth,
    (m) => m.permissions?.default_action,
  ];
  fc.assert(fc.property(layer, layer, (lower, upper) => {
    const merged = mergeManifests(lower, upper);
    for (const of of concatenated) {
      const both = [...of(lower) ?? [], ...of(upper) ?? []];
      deepEqual(of(merged) ?? [], both);
    }
    for (const of of replaced) {
      deepEqual(of(merged), of(upper) === undefined ? of(lower) : of(upper));
    }
    for (const section of Object.keys({ ...lower, ...upper })) {
      deepEqual(section in merged, true);
    }
  }));
});

Deno.test("a key that is undefined in code counts as absent", () => {
  deepEqual(
    mergeManifests({ pod: { name: "a" } }, { pod: { name: undefined }, worker: undefined }),
    { pod: { name: "a" } },
  );
});
