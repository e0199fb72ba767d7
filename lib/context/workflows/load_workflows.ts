import { messageOf } from "../../base/mod.ts";
import { readSkill, readWorkflow } from "./read_workflow.ts";
import type { Finding, ReadWorkflow, Workflow } from "./workflow.ts";

/** Where workflows and skills are looked for; all paths are absolute. */
export interface WorkflowSources {
  /** Holds `<slug>.md`; null: there is none. */
  readonly workflowDirectory: string | null;
  /** Holds the records that workflows require; null: there is none. */
  readonly knowledgeDirectory: string | null;
  /** Directories that hold `<name>/SKILL.md` each; the first one that has a name wins. */
  readonly skillRoots: readonly string[];
}

/** What was found. */
export interface LoadedWorkflows {
  /** By slug. */
  readonly workflows: ReadonlyMap<string, Workflow>;
  /** What is wrong with some files. */
  readonly findings: readonly Finding[];
  /** Skills that are not used because there is one of their name before them, a sentence each. */
  readonly shadowed: readonly string[];
}

/**
 * Loads the workflows and skills as they are now (spec 40 §9). A bad file is reported and left out; it
 * spoils nothing else.
 */
export async function loadWorkflows(sources: WorkflowSources): Promise<LoadedWorkflows> {
  const { workflowDirectory, skillRoots } = sources;
  const workflows = new Map<string, Workflow>();
  const shadowed: string[] = [];
  const files = [
    ...workflowDirectory === null ? [] : listWorkflows(workflowDirectory),
    ...skillRoots.flatMap(listSkills),
  ];
  const findings: Finding[] = [];
  for (const read of files) {
    const { workflow, findings: found } = await read();
    findings.push(...found);
    if (workflow === null) continue;
    const first = workflows.get(workflow.slug);
    if (first === undefined) workflows.set(workflow.slug, workflow);
    else shadowed.push(describeShadow(workflow, first));
  }
  return { workflows, findings, shadowed };
}

type Reader = () => Promise<ReadWorkflow>;

function listWorkflows(directory: string): Reader[] {
  return list(directory, (name) => {
    const path = `${directory}/${name}`;
    if (!name.endsWith(".md") || !isWorthReading(path)) return null;
    return () => readWorkflow(path, name.slice(0, -".md".length));
  });
}

function listSkills(root: string): Reader[] {
  return list(root, (name) => {
    const path = `${root}/${name}/SKILL.md`;
    return isWorthReading(path) ? () => readSkill(path, name) : null;
  });
}

/** A reader for each name in a directory, in the order of the names; without directory there is none. */
function list(directory: string, readerOf: (name: string) => Reader | null): Reader[] {
  try {
    const names = Array.from(Deno.readDirSync(directory), ({ name }) => name).sort();
    return names.map(readerOf).filter((reader) => reader !== null);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return [];
    const message = `failed to read directory: ${messageOf(error)}`;
    const finding = { path: directory, level: "error", message } as const;
    return [() => Promise.resolve({ workflow: null, findings: [finding] })];
  }
}

/** Whether it is a file, links followed, or something of which reading it tells what is wrong. */
function isWorthReading(path: string): boolean {
  try {
    return Deno.statSync(path).isFile;
  } catch {
    return isThere(path);
  }
}

/** Also when it cannot be looked at, or is a link that leads nowhere. */
function isThere(path: string): boolean {
  try {
    Deno.lstatSync(path);
    return true;
  } catch (error) {
    const { NotFound, NotADirectory } = Deno.errors;
    return !(error instanceof NotFound || error instanceof NotADirectory);
  }
}

function describeShadow(skill: Workflow, first: Workflow): string {
  const by = first.kind === "skill" ? "skill" : "workspace workflow";
  return `skill /${skill.slug} from skill (${skill.path}) was shadowed by existing ${by} ` +
    `(${first.path})`;
}
