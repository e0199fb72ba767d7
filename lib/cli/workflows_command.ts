import { printable } from "../base/mod.ts";
import { type Finding, lintWorkflows, loadWorkflows, type Workflow } from "../context/mod.ts";
import { findWorkflowSources } from "../host/mod.ts";
import { absolutePath, readManifestFile } from "../manifest/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";

/** The flags of `pod workflows` and `pod skills`. */
export interface WorkflowFlags {
  readonly check?: boolean;
  readonly manifest?: string;
  readonly cwd?: string;
  readonly json?: boolean;
}

/** `pod workflows`, `pod skills`: what there is, or what is wrong with it. Returns the exit code. */
export async function workflowsCommand(
  console: PodConsole,
  kind: Workflow["kind"],
  { check = false, manifest, cwd = ".", json = false }: WorkflowFlags,
): Promise<number> {
  const sources = await findSources(manifest, cwd);
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
  return EXIT.finished;
}

async function findSources(manifestPath: string | undefined, directory: string) {
  const cwd = await Deno.realPath(directory);
  const manifest = manifestPath === undefined
    ? undefined
    : (await readManifestFile(absolutePath(Deno.cwd(), manifestPath))).manifest;
  const { memory, skills } = manifest ?? {};
  return findWorkflowSources({
    workspaceRoot: memory?.workspace_root,
    skillRoots: skills?.directories ?? [],
    cwd,
    homeDirectory: Deno.env.get("HOME") || null,
  });
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
