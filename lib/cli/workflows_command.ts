import { printable } from "../base/mod.ts";
import { type Finding, lintWorkflows, loadWorkflows, type Workflow } from "../context/mod.ts";
import { findWorkflowSources, prepareLaunch } from "../host/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { launchOptions } from "./launch_flags.ts";

/** The flags of `pod workflows` and `pod skills`. */
export interface WorkflowFlags {
  readonly check?: boolean;
  readonly manifest?: string;
  readonly profile?: string;
  readonly cwd?: string;
  readonly json?: boolean;
}

/** What to do where there is nothing to list. */
const HOW_TO_ADD: Readonly<Record<Workflow["kind"], string>> = {
  workflow: "there are no workflows here; one is a file `.pod/workflow/<name>.md` in the project",
  skill:
    "there are no skills here; `[skills] directories` in a manifest or profile says where they " +
    "are, one as `<directory>/<name>/SKILL.md`",
};

/** `pod workflows`, `pod skills`: what there is, or what is wrong with it. Returns the exit code. */
export async function workflowsCommand(
  console: PodConsole,
  kind: Workflow["kind"],
  { check = false, json = false, ...pod }: WorkflowFlags,
): Promise<number> {
  const sources = await findSources(pod);
  const print = <Row>(rows: readonly Row[], format: (row: Row) => string) => {
    const lines = rows.map((row) => `${printable(format(row))}\n`).join("");
    console.stdout.write(json ? `${JSON.stringify(rows)}\n` : lines);
  };
  const ofKind = kind === "workflow"
    ? { ...sources, skillRoots: [] }
    : { ...sources, workflowDirectory: null };
  if (check) {
    const findings = await lintWorkflows(ofKind);
    print(findings, formatFinding);
    return findings.length === 0 ? EXIT.finished : EXIT.failed;
  }
  const { workflows, findings } = await loadWorkflows(ofKind);
  print([...workflows.values()].map(describe), formatRow);
  const skipped = findings.filter(({ level }) => level === "error");
  for (const finding of skipped) console.stderr.write(`${printable(formatFinding(finding))}\n`);
  if (workflows.size === 0 && skipped.length === 0) console.stderr.write(`${HOW_TO_ADD[kind]}\n`);
  return EXIT.finished;
}

/** Those of a pod that would be started so. */
async function findSources(pod: Pick<WorkflowFlags, "manifest" | "profile" | "cwd">) {
  const flags = { ...pod, allowWrite: [], allowRead: [], deny: [] };
  return findWorkflowSources(
    await prepareLaunch(launchOptions(flags, { ephemeral: true, isOneShot: true })),
  );
}

/** One row of `pod workflows --json` and `pod skills --json`. */
function describe({ slug, description, path, isResident, isUserInvocable, requires }: Workflow) {
  return {
    slug,
    description,
    path,
    model_invocation: isResident,
    user_invocable: isUserInvocable,
    requires,
  };
}

function formatRow({ slug, description, path }: ReturnType<typeof describe>): string {
  return `/${slug}  ${description.replaceAll(/\s+/g, " ")}  (${path})`;
}

function formatFinding({ path, level, message }: Finding): string {
  return `${path}: ${level}: ${message}`;
}
