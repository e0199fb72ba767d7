/**
 * Builds the executable `dist/pod`: the program in minified chunks, so that a start loads only what it
 * needs, on top of Deno's runtime. The Deno that runs this script does it all; `DENORT_BIN` may name
 * the runtime to build on, which then must be of the same release line.
 *
 * @module
 */
import { VERSION } from "../lib/base/mod.ts";
import { V8_FLAGS } from "./v8_flags.ts";

const BUNDLE = "dist/bundle";
const EXECUTABLE = "dist/pod";

/**
 * Deno 2.6 leaves it to the bundle to find a `require` for CommonJS packages that use `node:` modules. Every
 * start loads the chunk with it, so it must cost nothing until it is called.
 */
const REQUIRE = "const require = (name) => globalThis.process.getBuiltinModule(name);\n";

Deno.chdir(new URL("..", import.meta.url));
await removeOldBuild();
await deno(
  "bundle",
  "--minify",
  "--code-splitting",
  "--platform",
  "deno",
  "--outdir",
  BUNDLE,
  "main.ts",
);
await giveRequire(BUNDLE);
await deno(
  "compile",
  "--allow-all",
  // Everything is in the bundle: no settings, no lock file, no package belongs beside it.
  "--no-config",
  "--no-lock",
  "--no-npm",
  "--no-remote",
  // It would lie in the temporary directory under a name that anybody can guess.
  "--no-code-cache",
  `--v8-flags=${V8_FLAGS.join(",")}`,
  "--output",
  EXECUTABLE,
  `${BUNDLE}/main.js`,
);
await checkVersion(EXECUTABLE);

async function removeOldBuild(): Promise<void> {
  try {
    await Deno.remove("dist", { recursive: true });
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
}

async function deno(...args: string[]): Promise<void> {
  const { success } = await new Deno.Command(Deno.execPath(), { args, stdin: "null" }).spawn()
    .status;
  if (!success) throw new Error(`deno ${args[0]} failed`);
}

async function giveRequire(directory: string): Promise<void> {
  for await (const { name } of Deno.readDir(directory)) {
    const path = `${directory}/${name}`;
    const code = await Deno.readTextFile(path);
    if (code.includes("Dynamic require of")) await Deno.writeTextFile(path, REQUIRE + code);
  }
}

/** Runs the executable as a stranger would: elsewhere, with nothing in its environment. */
async function checkVersion(executable: string): Promise<void> {
  const elsewhere = await Deno.makeTempDir();
  try {
    const { success, stdout, stderr } = await new Deno.Command(await Deno.realPath(executable), {
      args: ["--version"],
      cwd: elsewhere,
      clearEnv: true,
      stdin: "null",
    }).output();
    const printed = new TextDecoder().decode(stdout).trim();
    if (success && printed.split(" ").includes(VERSION)) return;
    throw new Error(
      `${executable} --version must print ${VERSION}, but printed "${printed}"\n` +
        `${new TextDecoder().decode(stderr)}Does DENORT_BIN fit Deno ${Deno.version.deno}?`,
    );
  } finally {
    await Deno.remove(elsewhere, { recursive: true });
  }
}
