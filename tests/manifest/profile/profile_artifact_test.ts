import { deepEqual, equal, rejects } from "../../support/assert.ts";
import { Places, rule } from "./support.ts";

const MANIFEST = {
  pod: { name: "coder" },
  model: { ref: "anthropic/x", auth: { kind: "secret_ref", ref: "llm.anthropic.default" } },
  scope: { allow: [{ target: ".", permission: "write" }] },
};

async function resolve(value: unknown) {
  await using places = await Places.create({ "d/p.json": JSON.stringify(value) });
  return { ...await places.resolve("d/p.json"), directory: `${places.root}/d` };
}

Deno.test("70.3.4 a manifest in an envelope, in one of its two names, or without an envelope", async () => {
  const profile = { format: "pod.profile.v1", name: "coder", description: "Codes" };
  const forms = [
    { profile, manifest: MANIFEST },
    { profile, config: MANIFEST, manifest: null },
    { profile, ...MANIFEST },
  ];
  for (const form of forms) {
    const { manifest, metadata, directory, hasOwnScope } = await resolve(form);
    deepEqual(metadata, profile);
    deepEqual(manifest, {
      ...MANIFEST,
      scope: { allow: [rule(directory, "write")] },
    });
    equal(hasOwnScope, true);
  }
});

Deno.test("70.11-15 a raw manifest is accepted, a secret stays a reference", async () => {
  const { manifest, metadata } = await resolve(MANIFEST);
  equal(manifest.pod?.name, "coder");
  deepEqual(manifest.model?.auth, { kind: "secret_ref", ref: "llm.anthropic.default" });
  deepEqual(metadata, {});
  const { manifest: scoped } = await resolve({ scope: MANIFEST.scope });
  equal(scoped.scope?.allow?.length, 1);
});

Deno.test("70.3.4 the format tag of older files is accepted", async () => {
  const profile = { format: "insomnia.nix-profile.v1" };
  deepEqual((await resolve({ profile, manifest: MANIFEST })).metadata, profile);
});

const WRONG: readonly (readonly [value: unknown, says: RegExp])[] = [
  [
    { manifest: MANIFEST, config: MANIFEST },
    /: invalid profile artifact: profile artifact must not contain both `manifest` and `config`$/,
  ],
  [
    { profile: { format: "pod.profile.v9" }, manifest: MANIFEST },
    /: unsupported profile artifact format: pod\.profile\.v9$/,
  ],
  [[1], /: invalid profile artifact: profile artifact must be a JSON object$/],
  ["text", /: invalid profile artifact: profile artifact must be a JSON object$/],
  [{ profile: 1, manifest: {} }, /: failed to decode profile artifact envelope: profile: /],
  [
    { profile: { name: 1 }, manifest: {} },
    /: failed to decode profile artifact envelope: profile\.name: expected string$/,
  ],
  [{ manifest: [] }, /: failed to decode profile manifest\/config: expected an object$/],
  [
    { manifest: { worker: { max_tokens: "100" } } },
    /: failed to decode profile manifest\/config: worker\.max_tokens: /,
  ],
];

Deno.test("70.11-15 what is wrong with an artifact is said with the file", async () => {
  for (const [value, says] of WRONG) {
    await rejects(resolve(value), { code: "profile_invalid", message: says });
    await rejects(resolve(value), { message: /^failed to resolve profile d\/p\.json: / });
  }
});
