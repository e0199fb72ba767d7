import {
  type Instructions,
  loadCatalog,
  type LoadedCatalog,
  loadInstructions,
  plainInstructions,
  promptVariables,
  readAgentsMd,
  renderSystemPrompt,
  type ResidentEntry,
} from "../context/mod.ts";
import { findProject, type Manifest, parentDirectory } from "../manifest/mod.ts";

/** What makes a directory the project that prompts belong to. */
const PROMPT_MARKS = [".pod/manifest.toml", ".pod/prompts", ".pod/prompts.toml"];

/** What makes a directory the top of a project, whose `AGENTS.md` holds for all that is below. */
const PROJECT_MARKS = [".pod/manifest.toml", ".git"];

/** Where the prompts of a pod are looked for. */
export interface PromptSources {
  readonly manifest: Manifest;
  /** The pod's working directory: absolute, symlinks resolved. */
  readonly cwd: string;
  /** The user's configuration; null: there is none. */
  readonly configDirectory: string | null;
  /** Neither it nor what is above it is a project; null: there is none. */
  readonly homeDirectory: string | null;
  /** Whether the session has its system prompt: instructions are not even looked for then. */
  readonly isRestored: boolean;
  /** Plain text instead of the instructions that the manifest names. */
  readonly instructions?: string;
}

/** What a pod is to say to its model, found and checked. */
export interface PodPrompts extends LoadedCatalog {
  /** Null for a session that has its system prompt. */
  readonly instructions: Instructions | null;
  /** Where an `AGENTS.md` counts: from the top of the project down to the working directory. */
  readonly agentsDirectories: readonly string[];
}

/**
 * Loads the prompts of the user, of the project and of the manifest (spec 40 §1).
 *
 * @throws {PromptError} when one that is named is missing or broken.
 */
export async function loadPrompts(sources: PromptSources): Promise<PodPrompts> {
  const { manifest, cwd, configDirectory, homeDirectory, isRestored, instructions } = sources;
  const project = findProject(cwd, homeDirectory, PROMPT_MARKS);
  const projectDirectory = project === null ? null : `${project}/.pod`;
  const libraries = {
    user: await promptDirectory(configDirectory),
    workspace: await promptDirectory(projectDirectory),
  };
  const packs = [configDirectory, projectDirectory]
    .filter((directory) => directory !== null)
    .map((directory) => ({ path: `${directory}/prompts.toml`, mustExist: false }));
  const { prompt_pack } = manifest.pod;
  if (prompt_pack !== undefined) packs.push({ path: prompt_pack, mustExist: true });
  const { catalog, warnings } = await loadCatalog(packs, libraries);
  const agentsDirectories = directoriesFrom(
    findProject(cwd, homeDirectory, PROJECT_MARKS) ?? cwd,
    cwd,
  );
  const prompts = { catalog, warnings, agentsDirectories };
  if (!isRestored) {
    const loaded = instructions === undefined
      ? await loadInstructions(manifest.worker.instruction, libraries)
      : plainInstructions(instructions);
    return { ...prompts, instructions: loaded };
  }
  const ignored = "the session has its system prompt already; the instructions given are ignored";
  return {
    ...prompts,
    instructions: null,
    warnings: instructions === undefined ? warnings : [...warnings, ignored],
  };
}

/** What is known of a pod when its first run begins. */
export interface SystemPromptFacts {
  readonly cwd: string;
  readonly language: string;
  readonly toolNames: readonly string[];
  /** The scope as it is then. */
  readonly scopeSummary: () => string;
  readonly workflows: readonly ResidentEntry[];
  readonly outputSchema?: string;
  /** Told what keeps an `AGENTS.md` from being read. */
  readonly onProblem: (message: string) => void;
}

/** Makes the system prompt of a session that is about to begin; null for one that has begun. */
export function systemPromptRenderer(
  prompts: PodPrompts,
  facts: SystemPromptFacts,
): (() => string) | null {
  const { instructions, catalog, agentsDirectories } = prompts;
  const { cwd, language, toolNames, scopeSummary, workflows, outputSchema, onProblem } = facts;
  if (instructions === null) return null;
  return () => {
    const agentsMd = readAgentsMd(agentsDirectories);
    agentsMd.problems.forEach(onProblem);
    return renderSystemPrompt({
      instructions,
      variables: promptVariables({ cwd, language, tools: toolNames, now: new Date() }),
      sections: { scopeSummary: scopeSummary(), agentsMd: agentsMd.text, workflows, outputSchema },
    }, catalog);
  };
}

/** The library below a configuration directory, or null where there is none. */
async function promptDirectory(parent: string | null): Promise<string | null> {
  if (parent === null) return null;
  const directory = `${parent}/prompts`;
  try {
    return (await Deno.stat(directory)).isDirectory ? directory : null;
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return null;
    throw error;
  }
}

/** `top` and every directory on the way down to `bottom`. */
function directoriesFrom(top: string, bottom: string): string[] {
  return bottom === top ? [top] : [...directoriesFrom(top, parentDirectory(bottom)), bottom];
}
