import type { LoadedWorkflows, Workflow, WorkflowSources } from "../context/mod.ts";
import { findProject } from "../manifest/mod.ts";
import { realPath } from "../tools/mod.ts";
import type { Launch } from "./prepare_launch.ts";

/** What makes a directory the project that workflows belong to. */
const WORKFLOW_MARKS = [".pod/manifest.toml", ".pod/workflow"];

/** Where the workflows and skills of a pod are: below its project, and where its manifest says. */
export function findWorkflowSources(
  { manifest: { memory, skills }, cwd, options: { env } }: Launch,
): WorkflowSources {
  const root = memory?.workspace_root ?? findProject(cwd, env.HOME || null, WORKFLOW_MARKS);
  return {
    workflowDirectory: root === null ? null : `${root}/.pod/workflow`,
    knowledgeDirectory: root === null ? null : `${root}/.pod/knowledge`,
    // The model is told of them.
    skillRoots: skills.directories.map((path) => realPath(path) ?? path),
  };
}

/** The workflows and skills that the model is told of. */
export function residentWorkflows({ workflows }: LoadedWorkflows): Workflow[] {
  return [...workflows.values()].filter(({ isResident }) => isResident);
}

/** Where the model is to read workflows; null when it is told of none. */
export function residentWorkflowDirectory(
  loaded: LoadedWorkflows,
  { workflowDirectory }: WorkflowSources,
): string | null {
  return residentWorkflows(loaded).some(({ kind }) => kind === "workflow")
    ? workflowDirectory
    : null;
}

/** What is wrong with them, a line each. */
export function workflowWarnings({ findings }: LoadedWorkflows): string[] {
  return findings.map(({ path, level, message }) =>
    level === "error" ? `${path} is not used: ${message}` : `${path}: ${message}`
  );
}
