import { type Allocation, PodRegistry, probeStatus } from "../ipc/mod.ts";
import { podsDirectory, resolvePaths } from "../manifest/mod.ts";
import { PodMetadataStore } from "../session/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";

const PROBE_MS = 500;

/** One row of `pod ls`; the fields of `pod ls --json`. */
interface PodRow {
  readonly name: string;
  /** `idle`, `running` or `paused`; `unreachable` for a live process that does not answer. */
  readonly status: string;
  readonly pid: number | null;
  readonly socket: string | null;
  readonly session_id: string | null;
  readonly cwd: string | null;
}

/** `pod ls`: the live pods of this host; with `all` also those that have only a session. */
export async function lsCommand(
  console: PodConsole,
  { json, all }: { readonly json: boolean; readonly all: boolean },
): Promise<number> {
  const paths = resolvePaths((variable) => Deno.env.get(variable));
  const onWarning = (message: string) => console.stderr.write(`pod: warning: ${message}\n`);
  const live = await new PodRegistry(paths.runtime, { onWarning }).list();
  const store = paths.data === null ? null : new PodMetadataStore(podsDirectory(paths.data));
  const rows = await Promise.all(live.map((pod) => describeLive(pod, store)));
  if (all && store !== null) {
    const names = new Set(live.map((pod) => pod.pod_name));
    for (const name of await store.list()) {
      if (!names.has(name)) rows.push(await describeStored(name, store));
    }
  }
  rows.sort((a, b) => a.name < b.name ? -1 : 1);
  console.stdout.write(json ? `${JSON.stringify(rows)}\n` : formatRows(rows));
  return EXIT.finished;
}

async function describeLive(pod: Allocation, store: PodMetadataStore | null): Promise<PodRow> {
  const { status = "unreachable" } = await probeStatus(pod.socket, PROBE_MS);
  const metadata = await store?.read(pod.pod_name);
  return {
    name: pod.pod_name,
    status,
    pid: pod.pid,
    socket: pod.socket,
    session_id: metadata?.active?.session_id ?? null,
    cwd: metadata?.cwd ?? null,
  };
}

async function describeStored(name: string, store: PodMetadataStore): Promise<PodRow> {
  const metadata = await store.read(name);
  return {
    name,
    status: "stopped",
    pid: null,
    socket: null,
    session_id: metadata?.active?.session_id ?? null,
    cwd: metadata?.cwd ?? null,
  };
}

function formatRows(rows: readonly PodRow[]): string {
  const width = Math.max(0, ...rows.map(({ name }) => name.length));
  return rows
    .map(({ name, status, cwd }) => `${name.padEnd(width)}  ${status.padEnd(11)}  ${cwd ?? ""}`)
    .map((line) => `${line.trimEnd()}\n`)
    .join("");
}
