/**
 * Holds the program to its plan: which room may import which, and what each room may touch. The plan is
 * the list of rooms below, from the top down; everything else is read from the code.
 */
import { deepEqual, equal } from "./support/assert.ts";
import settings from "../deno.json" with { type: "json" };
import { VERSION } from "../lib/base/mod.ts";

const ROOMS = [
  "cli",
  "host",
  "controller",
  "orchestration",
  "pod",
  "memory",
  "context",
  "tools",
  "agent",
  "providers",
  "session",
  "ipc",
  "manifest",
  "scope",
  "protocol",
  "base",
];

/** Rooms and files that may use `Deno.*`; all others get what they need as arguments. */
const NEAR_THE_SYSTEM = [
  "lib/cli/",
  "lib/host/",
  "lib/memory/",
  "lib/context/",
  "lib/tools/",
  "lib/session/",
  "lib/ipc/",
  "lib/manifest/",
  "lib/base/atomic_file.ts",
];

/** The one thing that has no web standard: compression with zstd. */
const NODE_IMPORT = "lib/providers/zstd.ts imports node:zlib";

/** Packages that cost tens of milliseconds to load. */
const HEAVY = /^npm:\/?(openai|@anthropic-ai\/sdk|liquidjs)@/;

const MAX_LINES = 400;

const ROOT = new URL("../", import.meta.url);

interface Import {
  readonly from: string;
  /** A path such as `lib/base/mod.ts`, or a URL outside of the project. */
  readonly to: string;
  readonly isDynamic: boolean;
  readonly isTypeOnly: boolean;
}

/** The parts of the output of `deno info --json` that are used here. */
interface ModuleInfo {
  readonly specifier: string;
  readonly error?: string;
  readonly dependencies?: readonly {
    readonly code?: { readonly specifier?: string; readonly error?: string };
    readonly type?: { readonly specifier?: string; readonly error?: string };
    readonly isDynamic?: boolean;
  }[];
}

const files = await Array.fromAsync(sourceFiles("lib"));
const sources = new Map(
  await Promise.all(files.map(async (path) => [path, await readText(path)] as const)),
);
const imports = await readImports(["main.ts", ...files]);

Deno.test("each folder in lib/ is a room of the plan, with a mod.ts that opens with its doc", async () => {
  const problems: string[] = [];
  for await (const { name, isDirectory } of Deno.readDir(new URL("lib/", ROOT))) {
    const door = `lib/${name}/mod.ts`;
    if (!isDirectory || !ROOMS.includes(name)) problems.push(`lib/${name} is no room of the plan`);
    else if (!/^\/\*\*(?:(?!\*\/)[^])*@module/.test(sources.get(door) ?? "")) {
      problems.push(`${door} must open with a doc comment that has @module`);
    }
  }
  deepEqual(problems, []);
});

Deno.test("rooms import only rooms below them, and those by their mod.ts", () => {
  const problems = imports.flatMap(({ from, to }) => {
    const [source, target] = [roomOf(from), roomOf(to)];
    if (source === target || target === undefined) return [];
    if (source !== undefined && ROOMS.indexOf(source) > ROOMS.indexOf(target)) {
      return [`${from} imports ${to}: ${target} is above ${source}`];
    }
    return to === `lib/${target}/mod.ts` ? [] : [`${from} imports ${to}: use lib/${target}/mod.ts`];
  });
  deepEqual(problems, []);
});

Deno.test("nothing in lib/ imports a node: module, but for one exception", () => {
  const found = imports
    .filter(({ to }) => to.startsWith("node:"))
    .map(({ from, to }) => `${from} imports ${to}`);
  deepEqual(found, [NODE_IMPORT]);
});

Deno.test("only the rooms near the system use Deno.*", () => {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    if (NEAR_THE_SYSTEM.some((prefix) => path.startsWith(prefix))) continue;
    const code = source.replaceAll(/\/\*[^]*?\*\/|\/\/.*/g, "");
    const used = /\bDeno\.[\w.]+/.exec(code)?.[0];
    if (used !== undefined) problems.push(`${path} uses ${used}`);
  }
  deepEqual(problems, []);
});

Deno.test("no file in lib/ is longer than two ideas", () => {
  const problems: string[] = [];
  for (const [path, source] of sources) {
    const lines = source.trimEnd().split("\n").length;
    if (lines > MAX_LINES) problems.push(`${path} has ${lines} lines, over ${MAX_LINES}`);
  }
  deepEqual(problems, []);
});

Deno.test("no SDK and no template engine is loaded before it is needed", () => {
  const problems: string[] = [];
  const reached = new Map(["main.ts", "lib/providers/mod.ts"].map((start) => [start, start]));
  for (const [path, way] of reached) {
    for (const { from, to, isDynamic, isTypeOnly } of imports) {
      if (from !== path || isDynamic || isTypeOnly || reached.has(to)) continue;
      reached.set(to, `${way} -> ${to}`);
      if (HEAVY.test(to)) problems.push(`${way} -> ${to}`);
    }
  }
  deepEqual(problems, []);
});

Deno.test("deno.json and lib/base/version.ts name the same version", () => {
  equal(VERSION, settings.version);
});

async function* sourceFiles(folder: string): AsyncGenerator<string> {
  for await (const entry of Deno.readDir(new URL(`${folder}/`, ROOT))) {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory) yield* sourceFiles(path);
    else if (path.endsWith(".ts")) yield path;
  }
}

function readText(path: string): Promise<string> {
  return Deno.readTextFile(new URL(path, ROOT));
}

function roomOf(path: string): string | undefined {
  return /^lib\/([^/]+)\//.exec(path)?.[1];
}

/** The imports of all own modules reached from `paths`, as Deno itself resolves them. */
async function readImports(paths: readonly string[]): Promise<Import[]> {
  const folder = await Deno.makeTempDir();
  try {
    const root = `${folder}/all.ts`;
    await Deno.writeTextFile(
      root,
      paths.map((path) => `import "${new URL(path, ROOT)}";`).join("\n"),
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), {
      args: ["info", "--json", "--config", new URL("deno.json", ROOT).pathname, root],
    }).output();
    const { modules }: { modules: ModuleInfo[] } = JSON.parse(new TextDecoder().decode(stdout));
    return modules.filter(({ specifier }) => specifier.startsWith(ROOT.href)).flatMap(importsOf);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function importsOf({ specifier, error, dependencies = [] }: ModuleInfo): Import[] {
  const from = specifier.slice(ROOT.href.length);
  if (error !== undefined) throw new Error(`${from}: ${error}`);
  return dependencies.flatMap(({ code, type, isDynamic = false }) => {
    const to = (code ?? type)?.specifier;
    if (to === undefined) throw new Error(`${from}: ${(code ?? type)?.error}`);
    const path = to.startsWith(ROOT.href) ? to.slice(ROOT.href.length) : to;
    return { from, to: path, isDynamic, isTypeOnly: code === undefined };
  });
}
