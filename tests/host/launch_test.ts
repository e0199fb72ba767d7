import { launchManifest, type LaunchOptions } from "../../lib/host/launch.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";

const PLACE = { cwd: "/work", processCwd: "/here", defaultName: "run-12345678" };
const NOTHING: LaunchOptions = {
  cwd: ".",
  env: {},
  allowWrite: [],
  allowRead: [],
  deny: [],
  ephemeral: false,
};

async function withManifest<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  const directory = await Deno.makeTempDir({ prefix: "pod-launch-" });
  try {
    await Deno.writeTextFile(`${directory}/pod.toml`, text);
    return await use(`${directory}/pod.toml`);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

Deno.test("without flags a pod may write in its working directory and has a name of its own", async () => {
  const { manifest, warnings } = await launchManifest(NOTHING, PLACE);
  equal(manifest.pod.name, "run-12345678");
  deepEqual(manifest.scope.allow, [{ target: "/work", permission: "write", recursive: true }]);
  deepEqual(manifest.scope.deny, []);
  deepEqual(warnings, []);
});

Deno.test("scope flags replace the default and count from the process's directory", async () => {
  const { manifest } = await launchManifest(
    { ...NOTHING, allowRead: ["docs"], allowWrite: ["/out"], deny: ["docs/secret"] },
    PLACE,
  );
  deepEqual(manifest.scope.allow, [
    { target: "/out", permission: "write", recursive: true },
    { target: "/here/docs", permission: "read", recursive: true },
  ]);
  deepEqual(manifest.scope.deny, [
    { target: "/here/docs/secret", permission: "read", recursive: true },
  ]);
});

const MANIFEST = `
[pod]
name = "from-file"
[model]
ref = "anthropic/claude-sonnet-4-6"
context_window = 1000
[worker]
max_turns = 5
max_turnz = 6
[[scope.allow]]
target = "."
permission = "read"
`;

Deno.test("a manifest brings its own scope, name and model; its odd keys are reported", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const { manifest, warnings } = await launchManifest({ ...NOTHING, manifestPath }, PLACE);
    const base = manifestPath.slice(0, manifestPath.lastIndexOf("/"));
    deepEqual(manifest.scope.allow.map(({ target }) => target.replace(/\/\.$/, "")), [base]);
    equal(manifest.pod.name, "from-file");
    equal(manifest.model.ref, "anthropic/claude-sonnet-4-6");
    equal(manifest.worker.max_turns, 5);
    equal(warnings.length, 1);
    equal(/worker\.max_turnz/.test(warnings[0] ?? ""), true);
  });
});

Deno.test("flags go on top of a manifest; a model named by flag replaces the file's altogether", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const { manifest } = await launchManifest({
      ...NOTHING,
      manifestPath,
      name: "by-flag",
      model: "demo/tour",
      maxTurns: 9,
      allowWrite: ["/out"],
    }, PLACE);
    equal(manifest.pod.name, "by-flag");
    deepEqual(manifest.model, { ref: "demo/tour" });
    equal(manifest.worker.max_turns, 9);
    deepEqual(manifest.scope.allow.map(({ permission }) => permission), ["read", "write"]);
  });
});

Deno.test("a manifest that does not resolve names its file", async () => {
  await withManifest('[pod]\nname = "a/b"', async (manifestPath) => {
    await rejects(launchManifest({ ...NOTHING, manifestPath }, PLACE), (error: Error) => {
      equal(error.message, `failed to resolve manifest ${manifestPath}: invalid pod name: a/b`);
      return true;
    });
  });
});
