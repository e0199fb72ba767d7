import { deepEqual, equal, rejects } from "../../support/assert.ts";
import { Places, rule } from "./support.ts";

Deno.test("70.3.5 a profile says how pods work, the workspace says where", async () => {
  await using places = await Places.create({
    "profiles/coder.toml": `
description = "Implementation worker"
scope = "workspace_write"
delegation_scope = "workspace_read"
[model]
ref = "anthropic/claude-sonnet-4-6"
auth = { kind = "secret_ref", ref = "llm.main" }
[worker]
reasoning = "high"
max_turnz = 3
[permissions]
default_action = "allow"
`,
  });
  const profile = await places.resolve("profiles/coder.toml");
  deepEqual(profile.manifest, {
    model: {
      ref: "anthropic/claude-sonnet-4-6",
      auth: { kind: "secret_ref", ref: "llm.main" },
    },
    worker: { reasoning: "high" },
    permissions: { default_action: "allow" },
    scope: { allow: [rule(places.project, "write")], deny: [] },
    delegation_scope: { allow: [rule(places.project, "read")], deny: [] },
  });
  deepEqual(profile.metadata, { name: "coder", description: "Implementation worker" });
  deepEqual(profile.origin.source, { kind: "path", path: `${places.root}/profiles/coder.toml` });
  deepEqual(profile.warnings, [
    "unknown field in manifest: worker.max_turnz (did you mean `max_turns`?)",
  ]);
  equal(profile.hasOwnScope, true);
});

Deno.test("70.3.5 a scope intent may keep a part of the workspace from being written", async () => {
  await using places = await Places.create({
    "p.toml": 'scope = { intent = "workspace_write", deny_write = ["docs", "a/b"] }',
    "read.toml": 'scope = "workspace_read"',
  });
  deepEqual((await places.resolve("p.toml")).manifest.scope, {
    allow: [rule(places.project, "write")],
    deny: [rule(`${places.project}/docs`, "write"), rule(`${places.project}/a/b`, "write")],
  });
  deepEqual((await places.resolve("read.toml")).manifest.scope?.allow, [
    rule(places.project, "read"),
  ]);
});

Deno.test("70.3.5 without a scope it is the workspace, and flags may put another in its place", async () => {
  await using places = await Places.create({ "p.toml": 'slug = "mine"' });
  const { manifest, hasOwnScope, metadata } = await places.resolve("p.toml");
  deepEqual(manifest.scope?.allow, [rule(places.project, "write")]);
  deepEqual([hasOwnScope, metadata.name], [false, "mine"]);
});

Deno.test("70.3.5 other relative paths count from the profile's file", async () => {
  await using places = await Places.create({
    "profiles/p.toml": '[skills]\ndirectories = ["skills"]\n',
  });
  const { manifest } = await places.resolve("profiles/p.toml");
  deepEqual(manifest.skills?.directories, [`${places.root}/profiles/skills`]);
});

Deno.test("70.3.5 the same in JSON, where null is nothing", async () => {
  await using places = await Places.create({
    "p.json": JSON.stringify({ slug: null, scope: "workspace_read", worker: { max_turns: 3 } }),
  });
  const { manifest, metadata } = await places.resolve("p.json");
  deepEqual(metadata.name, "p");
  deepEqual(manifest.worker, { max_turns: 3 });
  deepEqual(manifest.scope?.allow, [rule(places.project, "read")]);
});

const FAILED =
  "failed to resolve profile p.toml: profile evaluation failed for profile .*/p.toml: ";

/** Profiles that are none; what is said about them after the file's name. */
const WRONG: readonly (readonly [text: string, says: string])[] = [
  ['[pod]\nname = "x"', "`pod` is not for profiles: .*names come from the command line"],
  ["[manifest]", "`manifest` is not for profiles: .*--manifest"],
  ["[config]", "`config` is not for profiles: .*--manifest"],
  ["[modle]", "unknown field in profile: modle \\(did you mean `model`\\?\\)"],
  ["[profile]\nname = 'x'", "unknown field in profile: profile"],
  ["constructor = 1", "unknown field in profile: constructor"],
  ['[[scope.allow]]\ntarget = "."\npermission = "read"', "scope: rules are not for profiles; .*"],
  ["[scope]\ndeny = []", "scope: rules are not for profiles; .*--manifest"],
  ["[delegation_scope]\nallow = []", "delegation_scope: rules are not for profiles"],
  ['scope = "everything"', 'scope: expected .*"workspace_write"'],
  ["scope = {}", "scope"],
  ['scope = { intent = "workspace_read", deny_read = ["x"] }', "scope"],
  [
    'scope = { intent = "workspace_write", deny_write = ["/etc"] }',
    "scope.deny_write.0: expected a path inside of the workspace",
  ],
  ['scope = { intent = "workspace_write", deny_write = ["a/../.."] }', "scope.deny_write.0: "],
  ['[skills]\ndirectories = ["ok", "/srv/x"]', "skills.directories is an absolute path.*: /srv/x"],
  [
    '[model]\nref = "a/b"\nauth = { kind = "api_key", file = "/k" }',
    "model.auth.file is an absolute path.*: /k",
  ],
  ["slug = 1", "slug: expected string"],
  ['[compaction]\nkind = "percent"', 'compaction.kind: expected "tokens" or "ratio"'],
  ["= 1", ".*; mend it, or use --manifest"],
];

Deno.test("70.3.5 what ties a profile to one pod or place, and what nothing reads, is refused", async () => {
  for (const [text, says] of WRONG) {
    await using places = await Places.create({ "p.toml": text });
    await rejects(places.resolve("p.toml"), {
      code: "profile_invalid",
      message: new RegExp(`^${FAILED}${says}`, "s"),
    });
  }
});

Deno.test("70.3.6 what is no manifest below the top level is said as of a manifest", async () => {
  await using places = await Places.create({ "p.toml": "[worker]\nmax_turns = 0" });
  await rejects(places.resolve("p.toml"), {
    message:
      /^failed to resolve profile p\.toml: failed to decode profile manifest\/config: worker\.max_turns: /,
  });
});
