import { resolveManifest } from "../../../lib/manifest/mod.ts";
import { deepEqual, equal, rejects } from "../../support/assert.ts";
import { Places, rule } from "./support.ts";

Deno.test("70.11-16 a built-in profile's scope is where it starts, a file's `.` is where the file is", async () => {
  await using places = await Places.create({
    "d/full.json": JSON.stringify({
      manifest: { pod: { name: "x" }, scope: { allow: [{ target: ".", permission: "write" }] } },
    }),
    "d/intent.toml": 'scope = "workspace_write"',
  });
  const scopeOf = async (selector: string) =>
    (await places.resolve(selector)).manifest.scope?.allow;
  deepEqual(await scopeOf("builtin:default"), [rule(places.project, "write")]);
  deepEqual(await scopeOf("d/full.json"), [rule(`${places.root}/d`, "write")]);
  deepEqual(await scopeOf("d/intent.toml"), [rule(places.project, "write")]);
});

Deno.test("the built-in default makes a pod with a name alone, and leaves the model open", async () => {
  await using places = await Places.create();
  const { manifest, origin, warnings } = await places.resolve("default");
  const { model, memory, web } = resolveManifest([manifest, { pod: { name: "p" } }]);
  deepEqual([model, memory, web, warnings], [{}, undefined, undefined, []]);
  deepEqual(origin.source, {
    kind: "registry",
    source: "builtin",
    name: "default",
    path: "builtin:default",
  });
});

Deno.test("70.3.4 a registered profile says by which name it was found", async () => {
  await using places = await Places.create({
    "project/.pod/profiles.toml": 'default = "coder"\n[profile]\ncoder = "p/c.toml"\n',
    "project/.pod/p/c.toml": 'slug = "the-coder"\n',
  });
  const origin = {
    source: {
      kind: "registry",
      source: "project",
      name: "coder",
      path: `${places.project}/.pod/p/c.toml`,
    },
    profile: { name: "the-coder", description: undefined },
  };
  deepEqual((await places.resolve("default")).origin, origin);
  deepEqual((await places.resolve("coder")).origin, origin);
});

Deno.test("a file is found without any registry, even a broken one", async () => {
  await using places = await Places.create({ "config/profiles.toml": "= 1", "p.toml": "" });
  equal((await places.resolve("p.toml")).metadata.name, "p");
  equal((await places.resolve("path:p.toml")).label, "p.toml");
  await rejects(places.resolve("builtin:default"), { code: "profile_registry" });
});

Deno.test("70.3.6 programs are no profiles", async () => {
  await using places = await Places.create({ "p.ts": "export default {}" });
  for (const [path, extension] of [["p.ts", ".ts"], ["p.nix", ".nix"], ["./p", "."]] as const) {
    await rejects(places.resolve(path), {
      message:
        `failed to resolve profile ${path}: unsupported profile type ${places.root}/${path}: ` +
        `unsupported profile extension ${extension}; a profile is a .toml or .json file`,
    });
  }
});

Deno.test("70.11-17 a profile that cannot be evaluated is named, and so is the way round it", async () => {
  await using places = await Places.create({ "p.toml": "= 1", "p.json": "{", "d.toml/file": "" });
  const cases = [
    ["p.toml", "profile evaluation failed for profile .*/p.toml: "],
    ["p.json", "profile evaluation did not produce valid JSON for profile .*/p.json: "],
    ["none.toml", "profile evaluation failed for profile .*/none.toml: No such file"],
    ["d.toml", "profile evaluation failed for profile .*/d.toml: "],
  ] as const;
  for (const [path, says] of cases) {
    await rejects(places.resolve(path), {
      message: new RegExp(`^failed to resolve profile ${path}: ${says}.*use --manifest`, "s"),
    });
  }
});
