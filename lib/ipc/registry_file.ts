import * as v from "valibot";
import { isJsonObject, writeFileAtomic } from "../base/mod.ts";
import { issueText } from "../protocol/mod.ts";
import { type StoredRegistry, storedRegistry } from "./allocation.ts";
import { findLivePods } from "./live_pods.ts";
import { withLock } from "./lock_file.ts";
import type { Pods } from "./registry.ts";
import { toRegistryError } from "./registry_error.ts";

const FILE_NAME = "pods.json";
const LOCK_TIMEOUT_MS = 10_000;

/** How the host-wide table is used. */
export interface RegistryOptions {
  /** How long to wait for other processes; 10 s by default. */
  readonly lockTimeoutMs?: number;
  /** Takes a text for people when the table had to be rebuilt. */
  readonly onWarning: (message: string) => void;
}

const registryText = v.pipe(
  v.string(),
  v.parseJson(),
  v.custom(isJsonObject, "Expected an object"),
  storedRegistry,
);

/**
 * Changes the table of the pods of this host, `<runtime>/pods.json`, while nobody else does (spec 30
 * §4.4). The table is replaced whole, so it is never seen half written, and stays as it was when `change`
 * throws or gives back the list that it got. One that cannot be read is rebuilt from the pods that answer.
 *
 * @returns the table as it is then
 * @throws {RegistryError} `io`, `lock_timeout`, and what `change` throws.
 */
export async function withRegistry(
  runtime: string,
  change: (pods: Pods) => Pods,
  { lockTimeoutMs = LOCK_TIMEOUT_MS, onWarning }: RegistryOptions,
): Promise<Pods> {
  try {
    await Deno.mkdir(runtime, { recursive: true, mode: 0o700 });
    return await withLock(`${runtime}/${FILE_NAME}.lock`, lockTimeoutMs, async () => {
      const stored = await load(runtime, onWarning);
      const pods = change(stored.allocations);
      if (pods !== stored.allocations) await save(runtime, { ...stored, allocations: pods });
      return pods;
    });
  } catch (error) {
    throw toRegistryError(error);
  }
}

async function load(
  runtime: string,
  onWarning: RegistryOptions["onWarning"],
): Promise<StoredRegistry> {
  const path = `${runtime}/${FILE_NAME}`;
  const text = await readOrBlank(path);
  if (text.trim() === "") return { allocations: [] };
  const read = v.safeParse(registryText, text);
  if (read.success) return read.output;

  const { pods, problems } = await findLivePods(runtime);
  const rebuilt = { allocations: pods };
  await Deno.copyFile(path, `${path}.unreadable`);
  await save(runtime, rebuilt);
  const names = pods.map((pod) => pod.pod_name).join(", ") || "none";
  onWarning([
    `pods.json parse error: ${issueText(read.issues)}`,
    `it was kept as ${path}.unreadable and rebuilt from the pods that answer: ${names}`,
    ...problems,
  ].join("; "));
  return rebuilt;
}

async function readOrBlank(path: string): Promise<string> {
  try {
    return await Deno.readTextFile(path);
  } catch (error) {
    if (error instanceof Deno.errors.NotFound) return "";
    throw error;
  }
}

async function save(
  runtime: string,
  registry: Omit<StoredRegistry, "allocations"> & { allocations: Pods },
): Promise<void> {
  await removeLeftovers(runtime);
  const text = `${JSON.stringify(registry, null, 2)}\n`;
  // It speaks of living processes: a power cut that takes it has taken them.
  await writeFileAtomic(`${runtime}/${FILE_NAME}`, text, { mode: 0o600, durable: false });
}

/** Only who holds the lock writes here, so a temporary file is from a process that was killed. */
async function removeLeftovers(runtime: string): Promise<void> {
  for await (const { name } of Deno.readDir(runtime)) {
    if (name.startsWith(`${FILE_NAME}.`) && name.endsWith(".tmp")) {
      await Deno.remove(`${runtime}/${name}`);
    }
  }
}
