import {
  deepStrictEqual as deepEqual,
  ok,
  rejects,
  strictEqual as equal,
} from "node:assert/strict";
import { loadCascade, ManifestError, readManifestFile } from "../../lib/manifest/mod.ts";

async function withDirectory(body: (directory: string) => Promise<void>) {
  const directory = await Deno.realPath(await Deno.makeTempDir());
  try {
    await body(directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

async function write(path: string, text: string) {
  await Deno.mkdir(path.slice(0, path.lastIndexOf("/")), { recursive: true });
  await Deno.writeTextFile(path, text);
}

const allow = (target: string) => `[[scope.allow]]\ntarget = "${target}"\npermission = "read"\n`;
const failing = (start: string) => (error: unknown) => {
  ok(error instanceof ManifestError);
  ok(error.message.startsWith(start), error.message);
  return true;
};

Deno.test("70.11-8 each layer's targets count from its own base; slot order is fixed", async () => {
  await withDirectory(async (directory) => {
    await write(`${directory}/config/manifest.toml`, `[pod]\nname = "user"\n${allow("u")}typo = 1`);
    await write(`${directory}/proj/.pod/manifest.toml`, `[pod]\nname = "proj"\n${allow(".")}`);
    await Deno.mkdir(`${directory}/proj/deep/down`, { recursive: true });
    const { manifest, warnings } = await loadCascade({
      configDirectory: `${directory}/config`,
      startDirectory: `${directory}/proj/deep/down`,
      homeDirectory: null,
      overlays: [
        { text: `[pod]\nname = "one"\n${allow("o1")}`, base: "/over" },
        { text: `[pod]\nname = "two"\n${allow("o2")}`, base: "/other" },
      ],
    });
    equal(manifest.pod.name, "two");
    deepEqual(manifest.scope.allow.map((rule) => rule.target), [
      `${directory}/config/u`,
      `${directory}/proj`,
      "/over/o1",
      "/other/o2",
    ]);
    deepEqual(warnings, ["unknown field in manifest: scope.allow.0.typo"]);
  });
});

Deno.test("70.11-8 a target that stays relative is rejected", async () => {
  await withDirectory(async (directory) => {
    await rejects(
      loadCascade({
        configDirectory: null,
        startDirectory: directory,
        homeDirectory: null,
        overlays: [{ text: `[pod]\nname = "p"\n${allow("here")}`, base: "not/absolute" }],
      }),
      failing(
        "failed to resolve manifest config: path must be absolute (scope.allow.target): not/absolute/here",
      ),
    );
  });
});

Deno.test("70.9-5 the search for a project ends below the home directory", async () => {
  await withDirectory(async (home) => {
    await write(`${home}/.pod/manifest.toml`, "no toml at all");
    await Deno.mkdir(`${home}/work`);
    const sources = {
      configDirectory: `${home}/config`,
      startDirectory: `${home}/work`,
      homeDirectory: home,
      overlays: [{ text: `[pod]\nname = "p"\n${allow("/x")}`, base: "/" }],
    };
    equal((await loadCascade(sources)).manifest.pod.name, "p");
    await rejects(
      loadCascade({ ...sources, homeDirectory: null }),
      failing(`failed to parse manifest ${home}/.pod/manifest.toml: `),
    );
  });
});

Deno.test("70.1.7 what can go wrong with a layer is said with its place", async () => {
  await withDirectory(async (directory) => {
    const sources = {
      configDirectory: null,
      startDirectory: directory,
      homeDirectory: null,
      overlays: [],
    };
    await rejects(
      loadCascade({ ...sources, userManifest: `${directory}/none.toml` }),
      failing(`failed to read manifest ${directory}/none.toml: `),
    );
    await rejects(
      loadCascade({ ...sources, overlays: [{ text: "= 1", base: "/" }] }),
      failing("failed to parse overlay TOML: "),
    );
    await rejects(
      loadCascade(sources),
      failing("failed to resolve manifest config: missing required field: pod.name"),
    );
  });
});

Deno.test("readManifestFile counts relative paths from the file's directory", async () => {
  await withDirectory(async (directory) => {
    await write(`${directory}/pod.toml`, allow("."));
    const { manifest } = await readManifestFile(`${directory}/pod.toml`);
    equal(manifest.scope?.allow?.[0]?.target, directory);
  });
});
