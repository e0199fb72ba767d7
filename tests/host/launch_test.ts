import { launchManifest, type LaunchOptions } from "../../lib/host/launch.ts";
import { givenBase, type LaunchBase, profileBase } from "../../lib/host/launch_base.ts";
import { deepEqual, equal, ok, rejects, throws } from "../support/assert.ts";

const HERE = "/here";
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

async function withFile<T>(
  name: string,
  text: string,
  use: (path: string, directory: string) => Promise<T>,
): Promise<T> {
  const directory = await Deno.realPath(await Deno.makeTempDir({ prefix: "pod-launch-" }));
  try {
    await Deno.writeTextFile(`${directory}/${name}`, text);
    return await use(`${directory}/${name}`, directory);
  } finally {
    await Deno.remove(directory, { recursive: true });
  }
}

function withManifest<T>(text: string, use: (path: string) => Promise<T>): Promise<T> {
  return withFile("pod.toml", text, use);
}

/** What a profile makes of a pod that works in the profile's directory. */
function withProfile<T>(
  text: string,
  use: (base: LaunchBase, workspace: string) => T,
): Promise<T> {
  return withFile("coder.toml", text, async (path, workspace) => {
    const places = { configDirectory: null, homeDirectory: null };
    return use(await profileBase(path, { processCwd: HERE, workspace, ...places }), workspace);
  });
}

/** The base that there is when nothing is asked for. */
function withDefault<T>(use: (base: LaunchBase, workspace: string) => T): Promise<T> {
  return withFile("file", "", async (_path, workspace) => {
    const places = { configDirectory: null, homeDirectory: null };
    return use(await profileBase("default", { processCwd: HERE, workspace, ...places }), workspace);
  });
}

Deno.test("without flags a pod may write in its working directory", async () => {
  await withDefault((base, workspace) => {
    const manifest = launchManifest("mine", base, NOTHING, HERE);
    equal(manifest.pod.name, "mine");
    deepEqual(manifest.scope.allow, [{ target: workspace, permission: "write", recursive: true }]);
    deepEqual(manifest.scope.deny, []);
  });
});

Deno.test("scope flags replace the default and count from the process's directory", async () => {
  const options = { ...NOTHING, allowRead: ["docs"], allowWrite: ["/out"], deny: ["docs/secret"] };
  await withDefault((base) => {
    const manifest = launchManifest("mine", base, options, HERE);
    deepEqual(manifest.scope.allow, [
      { target: "/out", permission: "write", recursive: true },
      { target: "/here/docs", permission: "read", recursive: true },
    ]);
    deepEqual(manifest.scope.deny, [
      { target: "/here/docs/secret", permission: "read", recursive: true },
    ]);
  });
});

Deno.test("what is denied by flag leaves the rest of the default", async () => {
  await withDefault((base, workspace) => {
    const { scope } = launchManifest("mine", base, { ...NOTHING, deny: ["/x"] }, HERE);
    deepEqual([scope.allow.length, scope.allow[0]?.target], [1, workspace]);
    deepEqual(scope.deny, [{ target: "/x", permission: "read", recursive: true }]);
  });
});

Deno.test("scope flags add to the scope that a profile has chosen", async () => {
  const options = { ...NOTHING, allowWrite: ["/out"] };
  const chosen = { target: "/out", permission: "write", recursive: true };
  await withProfile('scope = "workspace_read"', (base, workspace) => {
    const own = { target: workspace, permission: "read", recursive: true };
    deepEqual(launchManifest("mine", base, options, HERE).scope.allow, [own, chosen]);
  });
  await withProfile('description = "says nothing of it"', (base) => {
    deepEqual(launchManifest("mine", base, options, HERE).scope.allow, [chosen]);
  });
});

Deno.test("70.3.4 a manifest says which profile it was made from", async () => {
  await withProfile('slug = "c"', (base, workspace) => {
    deepEqual(launchManifest("mine", base, NOTHING, HERE).profile?.source, {
      kind: "path",
      path: `${workspace}/coder.toml`,
    });
  });
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
    const file = await fileBase(options);
    equal(file.manifest.pod?.name, "from-file");
    equal(file.warnings.length, 1);
    equal(/worker\.max_turnz/.test(file.warnings[0] ?? ""), true);
    const manifest = launchManifest("mine", file, options, HERE);
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
    const manifest = launchManifest("by-flag", await fileBase(options), options, HERE);
    equal(manifest.pod.name, "by-flag");
    deepEqual(manifest.model, { ref: "demo/tour", retry: { max_attempts: 7 } });
    equal(manifest.worker.max_turns, 9);
    deepEqual(manifest.scope.allow.map(({ permission }) => permission), ["read", "write"]);
  });
});

Deno.test("70.11-20 the name of a manifest counts unless another is given", async () => {
  await withManifest(MANIFEST, async (manifestPath) => {
    const options = { ...NOTHING, manifestPath };
    const file = await fileBase(options);
    equal(launchManifest(undefined, file, options, HERE).pod.name, "from-file");
    equal(launchManifest("mine", file, options, HERE).pod.name, "mine");
  });
});

Deno.test("a description that makes no pod is told with where it came from", async () => {
  await withManifest('[[scope.allow]]\ntarget = "."\npermission = "read"\n', async (path) => {
    const options = { ...NOTHING, manifestPath: path };
    const file = await fileBase(options);
    throws(() => launchManifest(undefined, file, options, HERE), {
      message: `failed to resolve manifest ${path}: missing required field: pod.name`,
    });
  });
  const config = '{"pod":{"name":"child"},"scope":{"allow":[{"target":"x","permission":"read"}]}}';
  const session = { kind: "adopted", callback: "/sock", config } as const;
  const broken = { ...NOTHING, session: { ...session, config: "{" } };
  await rejects(givenBase(broken, HERE), { message: /^failed to parse --spawn-config-json: / });
  const child = await fileBase({ ...NOTHING, session });
  throws(() => launchManifest(undefined, child, NOTHING, HERE), {
    message: "failed to resolve --spawn-config-json: path must be absolute (scope.allow.target): x",
  });
});

Deno.test("a manifest file that is not there is an error; none named is none", async () => {
  equal(await givenBase(NOTHING, HERE), null);
  await rejects(
    givenBase({ ...NOTHING, manifestPath: "/nowhere/pod.toml" }, HERE),
    /failed to read manifest \/nowhere\/pod\.toml/,
  );
});

/** The description that these options name. */
async function fileBase(options: LaunchOptions): Promise<LaunchBase> {
  const base = await givenBase(options, HERE);
  ok(base !== null);
  return base;
}
