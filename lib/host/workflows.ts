import type { LoadedWorkflows, ResidentEntry, WorkflowSources } from "../context/mod.ts";
import { findProject } from "../manifest/mod.ts";
import { realPath } from "../tools/mod.ts";

/** What makes a directory the project that workflows belong to. */
const WORKFLOW_MARKS = [".pod/manifest.toml", ".pod/workflow"];

/** What is known of a pod whose workflows are looked for. */
export interface WorkflowPlace {
  /** `memory.workspace_root`. @default the project is looked for, upwards from `cwd` */
  readonly workspaceRoot?: string;
  /** `skills.directories`; absolute. */
  readonly skillRoots: readonly string[];
  /** The pod's working directory: absolute. */
  readonly cwd: string;
  /** Neither it nor what is above it is a project; null: there is none. */
  readonly homeDirectory: string | null;
}

/** Where the workflows and skills of a pod are. */
export function findWorkflowSources(
  { workspaceRoot, skillRoots, cwd, homeDirectory }: WorkflowPlace,
): WorkflowSources {
  const root = workspaceRoot ?? findProject(cwd, homeDirectory, WORKFLOW_MARKS);
  return {
    workflowDirectory: root === null ? null : `${root}/.pod/workflow`,
    knowledgeDirectory: root === null ? null : `${root}/.pod/knowledge`,
    // The model is told of them.
    skillRoots: skillRoots.map((path) => realPath(path) ?? path),
  };
}

/** The workflows and skills that the model is told of. */
export function residentWorkflows({ workflows }: LoadedWorkflows): ResidentEntry[] {
  return [...workflows.values()].filter(({ isResident }) => isResident);
}

/** What is wrong with them, a line each. */
export function workflowWarnings({ findings }: LoadedWorkflows): string[] {
  return findings.map(({ path, level, message }) =>
    level === "error" ? `${path} is not used: ${message}` : `${path}: ${message}`
  );
}
