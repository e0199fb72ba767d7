import { launchManifest, type LaunchOptions, readLaunchFile } from "../../lib/host/launch.ts";
import { deepEqual, equal, rejects, throws } from "../support/assert.ts";

const PLACE = { cwd: "/work", processCwd: "/here" };
const NOTHING: LaunchOptions = {
  cwd: ".",
  env: {},
  allowWrite: [],
  allowRead: [],
  deny: [],
  ephemeral: false,
  isOneShot: true,
  share: false,
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

Deno.test("without flags a pod may write in its working directory", () => {
  const manifest = launchManifest("mine", null, NOTHING, PLACE);
  equal(manifest.pod.name, "mine");
  deepEqual(manifest.scope.allow, [{ target: "/work", permission: "write", recursive: true }]);
  deepEqual(manifest.scope.deny, []);
});

Deno.test("scope flags replace the default and count from the process's directory", () => {
  const options = { ...NOTHING, allowRead: ["docs"], allowWrite: ["/out"], deny: ["docs/secret"] };
  const manifest = launchManifest("mine", null, options, PLACE);
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
fallback = ["openai/gpt-5.5"]
retry = { max_attempts = 7 }
[worker]
max_turns = 5
max_turnz = 6
[[scope.allow]]
target = "."
permission = "read"
`;

Deno.test("a manifest brings its own scope and model; its odd keys are reported", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const options = { ...NOTHING, manifestPath };
    const file = await readLaunchFile(options, PLACE);
    equal(file?.manifest.pod?.name, "from-file");
    equal(file?.warnings.length, 1);
    equal(/worker\.max_turnz/.test(file?.warnings[0] ?? ""), true);
    const manifest = launchManifest("mine", file?.manifest ?? null, options, PLACE);
    const base = manifestPath.slice(0, manifestPath.lastIndexOf("/"));
    deepEqual(manifest.scope.allow.map(({ target }) => target.replace(/\/\.$/, "")), [base]);
    equal(manifest.model.ref, "anthropic/claude-sonnet-4-6");
    deepEqual(manifest.model.fallback, ["openai/gpt-5.5"]);
    equal(manifest.worker.max_turns, 5);
  });
});

Deno.test("flags go on top of a base; a model named by flag replaces the base's, but for its retries", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const options = {
      ...NOTHING,
      manifestPath,
      model: "demo/tour",
      maxTurns: 9,
      allowWrite: ["/out"],
    };
    const file = await readLaunchFile(options, PLACE);
    const manifest = launchManifest("by-flag", file?.manifest ?? null, options, PLACE);
    equal(manifest.pod.name, "by-flag");
    deepEqual(manifest.model, { ref: "demo/tour", retry: { max_attempts: 7 } });
    equal(manifest.worker.max_turns, 9);
    deepEqual(manifest.scope.allow.map(({ permission }) => permission), ["read", "write"]);
  });
});

Deno.test("a manifest that does not resolve names its file", () => {
  const options = { ...NOTHING, manifestPath: "pod.toml" };
  throws(() => launchManifest("a/b", {}, { ...options, allowRead: ["/"] }, PLACE), {
    message: "failed to resolve manifest pod.toml: invalid pod name: a/b",
  });
});

Deno.test("a manifest file that is not there is an error; none named is none", async () => {
  equal(await readLaunchFile(NOTHING, PLACE), null);
  await rejects(
    readLaunchFile({ ...NOTHING, manifestPath: "/nowhere/pod.toml" }, PLACE),
    /failed to read manifest \/nowhere\/pod\.toml/,
  );
});
