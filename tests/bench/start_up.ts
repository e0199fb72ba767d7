import { startModelServer } from "../support/model_server.ts";
import type { Figure } from "./figure.ts";
import { measure, median, type ProcessFigures } from "./process_meter.ts";

const ROUNDS = 15;
const MEMORY_ROUNDS = 5;
const DELTAS = ["o", "k", ", ", "do", "ne"];

/** The programs that are compared. */
export interface StartUpPrograms {
  /** The compiled pod. */
  readonly pod: string;
  /** A program that prints one line, compiled in the same way. */
  readonly hello: string;
}

/**
 * What one-shot runs cost beyond starting a program at all. All programs take turns, so that a slow
 * moment of the machine hits each of them.
 */
export async function benchStartUp({ pod, hello }: StartUpPrograms): Promise<Figure[]> {
  const root = await Deno.makeTempDir({ prefix: "pod-bench-" });
  await using server = startModelServer(() => ({
    text: DELTAS,
    usage: { input: 100, output: 5 },
    chunking: "event",
  }));
  const scenario = `${root}/scenario.toml`;
  await Deno.writeTextFile(scenario, `loop = true\n[[answer]]\ntext = ["ok, ", "done"]\n`);
  const work = `${root}/work`;
  await Deno.mkdir(work);
  const options = {
    cwd: work,
    env: {
      PATH: Deno.env.get("PATH") ?? "",
      HOME: root,
      POD_HOME: `${root}/home`,
      ANTHROPIC_API_KEY: "test",
      ANTHROPIC_BASE_URL: server.url,
    },
  };
  const oneShot = [pod, "run", "--model", "anthropic/claude-sonnet-4-6", "say ok"];
  const commands = {
    hello: [hello],
    version: [pod, "--version"],
    scripted: [pod, "run", "--model", `scripted/${scenario}`, "say ok"],
    anthropic: oneShot,
  };
  const walls = { hello: [], version: [], scripted: [], anthropic: [] } as Record<string, number[]>;
  const firstRequests: number[] = [];
  for (let round = -1; round < ROUNDS; round++) {
    for (const [name, command] of Object.entries(commands)) {
      const startedAt = performance.now();
      const arrival = name === "anthropic"
        ? server.request(server.requests.length).then(() => performance.now() - startedAt)
        : undefined;
      const figures = expectSuccess(command, await measure(command, options));
      // The first round only warms the page cache.
      if (round < 0) continue;
      walls[name]?.push(figures.wallMs);
      if (arrival !== undefined) firstRequests.push(await arrival);
    }
  }
  const memory = { hello: [] as number[], anthropic: [] as number[] };
  for (let round = 0; round < MEMORY_ROUNDS; round++) {
    for (const name of ["hello", "anthropic"] as const) {
      const command = commands[name];
      const figures = expectSuccess(command, await measure(command, { ...options, memory: true }));
      memory[name].push(figures.peakPssMb);
    }
  }
  await Deno.remove(root, { recursive: true });

  const wall = (name: string) => median(walls[name] ?? []);
  const base = wall("hello");
  return [
    { name: "pod --version", value: wall("version"), unit: "ms", base, goal: 1.3 },
    {
      name: "pod run, scripted model, text only",
      value: wall("scripted"),
      unit: "ms",
      base,
      goal: 3.5,
    },
    {
      name: "pod run, Anthropic: start to first request",
      value: median(firstRequests),
      unit: "ms",
      base,
      goal: 5,
    },
    {
      name: "pod run, Anthropic: whole one-shot",
      value: wall("anthropic"),
      unit: "ms",
      base,
      goal: 6,
    },
    {
      name: "pod run, Anthropic: peak memory (PSS)",
      value: median(memory.anthropic),
      unit: "MB",
      base: median(memory.hello),
      goal: 1.8,
    },
  ];
}

function expectSuccess(command: readonly string[], figures: ProcessFigures): ProcessFigures {
  if (figures.code === 0) return figures;
  throw new Error(`${command.join(" ")} ended with ${figures.code}: ${figures.stderr}`);
}
