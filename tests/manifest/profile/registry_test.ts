import { discoverProfiles, type ProfilePlaces } from "../../../lib/manifest/profile/discover.ts";
import { joinRegistries, selectProfile } from "../../../lib/manifest/profile/registry.ts";
import { parseSelector, qualifiedName } from "../../../lib/manifest/profile/selector.ts";
import type { Profiles } from "../../../lib/manifest/profile/registry.ts";
import { deepEqual, equal, rejects, throws } from "../../support/assert.ts";
import { Places } from "./support.ts";

function discover(places: Places, changed: Partial<ProfilePlaces> = {}): Promise<Profiles> {
  return discoverProfiles({
    configDirectory: places.config,
    startDirectory: places.project,
    homeDirectory: null,
    ...changed,
  });
}

function select(profiles: Profiles, selector: string) {
  const parsed = parseSelector(selector);
  if (parsed.kind === "file") throw new Error(`${selector} is a file`);
  return selectProfile(profiles, parsed);
}

function defaults({ entries }: Profiles): string[] {
  return entries.filter(({ isDefault }) => isDefault).map(qualifiedName);
}

const CODER = '[profile]\ncoder = "profiles/coder.toml"\n';

Deno.test("70.11-13 a name in two registries is ambiguous, a qualified one is not", async () => {
  await using places = await Places.create({
    "config/profiles.toml": `default = "coder"\n${CODER}`,
    "project/.pod/profiles.toml": `default = "coder"\n${CODER}`,
  });
  const profiles = await discover(places);
  throws(() => select(profiles, "coder"), {
    message: "ambiguous profile name `coder`; use a source-qualified selector such as " +
      '["user:coder", "project:coder"]',
  });
  deepEqual(select(profiles, "project:coder").path, `${places.project}/.pod/profiles/coder.toml`);
  deepEqual(select(profiles, "user:coder").path, `${places.config}/profiles/coder.toml`);
  deepEqual(defaults(profiles), ["project:coder"]);
  equal(select(profiles, "default").source, "project");
});

Deno.test("70.11-13 a registry may name another's profile as the default", async () => {
  await using places = await Places.create({
    "config/profiles.toml": CODER,
    "project/.pod/profiles.toml": 'default = "user:coder"\n',
  });
  deepEqual(defaults(await discover(places)), ["user:coder"]);
});

Deno.test("70.3.2 an unqualified default means the registry that declares it", async () => {
  await using places = await Places.create({
    "config/profiles.toml": CODER,
    "project/.pod/profiles.toml": 'default = "coder"\n',
  });
  const profiles = await discover(places);
  deepEqual(defaults(profiles), []);
  throws(() => select(profiles, "default"), { message: "profile not found: project:coder" });
});

Deno.test("70.11-14 without registries the default is the built-in one; without that there is none", async () => {
  await using places = await Places.create();
  const profiles = await discover(places, { configDirectory: null });
  deepEqual(defaults(profiles), ["builtin:default"]);
  equal(select(profiles, "default").path, "builtin:default");
  throws(() => select(joinRegistries([]), "default"), {
    message: "no default profile is configured",
  });
});

Deno.test("70.3.2 both forms of an entry, under both names of the table; other keys are nobody's", async () => {
  await using places = await Places.create({
    "config/profiles.toml": [
      'schema = "anything"',
      "[entries]",
      'plain = "a.toml"',
      "[entries.full]",
      'path = "/abs/b.json"',
      'description = "Read-only"',
      'icon = "owl"',
    ].join("\n"),
  });
  const { entries } = await discover(places);
  deepEqual(entries.slice(1), [
    { source: "user", name: "plain", path: `${places.config}/a.toml`, isDefault: false },
    {
      source: "user",
      name: "full",
      path: "/abs/b.json",
      description: "Read-only",
      isDefault: false,
    },
  ]);
});

Deno.test("70.3.2 the project's registry is the closest one upwards, below the home directory", async () => {
  await using places = await Places.create({
    "project/.pod/profiles.toml": '[profile]\nouter = "o.toml"\n',
    "project/deep/.pod/profiles.toml": '[profile]\ninner = "i.toml"\n',
    "project/deep/down/file": "",
  });
  const names = async (changed: Partial<ProfilePlaces>) =>
    (await discover(places, changed)).entries.map(({ name }) => name);
  deepEqual(await names({ startDirectory: `${places.project}/deep/down` }), ["default", "inner"]);
  deepEqual(await names({}), ["default", "outer"]);
  deepEqual(await names({ homeDirectory: places.project }), ["default"]);
});

Deno.test("70.3.2 a registry that is broken, or cannot be read, is an error for all profiles", async () => {
  const cases: readonly (readonly [text: string, says: RegExp])[] = [
    ["= 1", /^failed to parse profile registry config .*\/config\/profiles\.toml: /],
    ["[profile]\na = 1", /profiles\.toml: profile\.a: expected /],
    ["[profile.a]\ndescription = 'x'", /profiles\.toml: .*profile\.a/],
    ["default = 1", /profiles\.toml: default: expected string/],
    ['[profile]\na = "a.toml"\n[entries]\nb = "b.toml"', /duplicate field: \[entries\]/],
  ];
  for (const [text, says] of cases) {
    await using places = await Places.create({ "config/profiles.toml": text });
    await rejects(discover(places), { code: "profile_registry", message: says });
  }
  await using places = await Places.create({ "config/profiles.toml/file": "" });
  await rejects(discover(places), {
    code: "profile_registry",
    message: /^failed to read profile registry config .*\/config\/profiles\.toml: /,
  });
});

Deno.test("70.3.6 a name that nobody has registered is not found", async () => {
  await using places = await Places.create();
  const profiles = await discover(places);
  for (const selector of ["coder", "user:default", "foo:bar", ""]) {
    throws(() => select(profiles, selector), {
      code: "profile_not_found",
      message: `profile not found: ${selector}`,
    });
  }
});
