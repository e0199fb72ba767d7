import { messageOf, printable } from "../base/mod.ts";
import { type Allocation, PodRegistry, probePod, readRuntimeStatus } from "../ipc/mod.ts";
import { podRuntimeDirectory, podsDirectory, resolvePaths } from "../manifest/mod.ts";
import { type PodMetadata, PodMetadataStore, SessionError } from "../session/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { formatTable } from "./output/table.ts";
import { runtimeBase } from "./pod_connection.ts";

const PROBE_MS = 500;

/** One row of `pod ls`; the fields of `pod ls --json`. */
interface PodRow {
  readonly name: string;
  /** `idle`, `running` or `paused`; `unreachable` for a live process that does not listen; `stopped`. */
  readonly status: string;
  readonly pid: number | null;
  readonly socket: string | null;
  readonly session_id: string | null;
  readonly cwd: string | null;
}

/** `pod ls`: the live pods of this host; with `all` also those that have only a session. */
export async function lsCommand(
  { stdout, stderr }: PodConsole,
  { json, all }: { readonly json: boolean; readonly all: boolean },
): Promise<number> {
  const onWarning = (message: string) => stderr.write(`pod: warning: ${printable(message)}\n`);
  const rows = await findRows(all, onWarning);
  if (json) stdout.write(`${JSON.stringify(rows)}\n`);
  else if (rows.length > 0) stdout.write(describeTable(rows));
  else stderr.write(all ? NO_PODS : NO_LIVE_PODS);
  return EXIT.finished;
}

const NO_PODS = "there are no pods yet; `pod start NAME` makes one\n";
const NO_LIVE_PODS = "no pod is running; `pod ls --all` lists those that can be started again\n";

async function findRows(all: boolean, onWarning: (message: string) => void): Promise<PodRow[]> {
  const { data } = resolvePaths((variable) => Deno.env.get(variable));
  const store = data === null ? null : new PodMetadataStore(podsDirectory(data));
  const live = await new PodRegistry(runtimeBase(), { onWarning }).list();
  const stopped = all
    ? (await store?.list() ?? []).filter((name) => !live.some(({ pod_name }) => pod_name === name))
    : [];
  const stored = (name: string) => readStored(name, store, onWarning);
  const rows = await Promise.all([
    ...live.map(async (pod) => describeRow(pod, await stored(pod.pod_name), await liveStatus(pod))),
    ...stopped.map(async (name) => describeRow({ pod_name: name }, await stored(name), "stopped")),
  ]);
  return rows.sort((a, b) => a.name < b.name ? -1 : 1);
}

function describeRow(
  { pod_name, pid, socket }: Pick<Allocation, "pod_name"> & Partial<Allocation>,
  stored: PodMetadata | null,
  status: string,
): PodRow {
  return {
    name: pod_name,
    status,
    pid: pid ?? null,
    socket: socket ?? null,
    session_id: stored?.active?.session_id ?? null,
    cwd: stored?.cwd ?? null,
  };
}

/** What the pod's own file says, so that a long session is not sent for one word (spec 10 W-26). */
async function liveStatus({ pod_name, socket }: Allocation): Promise<string> {
  try {
    if (!(await probePod(socket, PROBE_MS)).reachable) return "unreachable";
    return (await readRuntimeStatus(podRuntimeDirectory(runtimeBase(), pod_name))).state;
  } catch {
    // It is about to end, or its directory is not what it should be.
    return "unreachable";
  }
}

/** Damaged metadata of one pod does not hide the others. */
async function readStored(
  name: string,
  store: PodMetadataStore | null,
  onWarning: (message: string) => void,
): Promise<PodMetadata | null> {
  try {
    return await store?.read(name) ?? null;
  } catch (error) {
    if (!(error instanceof SessionError)) throw error;
    onWarning(messageOf(error));
    return null;
  }
}

function describeTable(rows: readonly PodRow[]): string {
  return formatTable([
    ["NAME", "STATUS", "PID", "DIRECTORY"],
    ...rows.map(({ name, status, pid, cwd }) => [
      name,
      status,
      String(pid ?? "-"),
      printable(cwd ?? ""),
    ]),
  ]);
}
