import { PodError } from "../base/mod.ts";
import { type ContextPart, contextParts } from "../context/mod.ts";
import { findStoredPod, openStores } from "../host/mod.ts";
import { resolvePaths } from "../manifest/mod.ts";
import { sessionWindow } from "../pod/mod.ts";
import { replay, type SessionState } from "../session/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { connectPod, isLive } from "./pod_connection.ts";

/** What `pod context --json` prints. */
interface ContextReport {
  readonly name: string;
  readonly tokens: number;
  /** How the sum is known. */
  readonly source: string;
  /** Tokens that fit; null for a pod that does not run, whose model is chosen when it starts. */
  readonly context_window: number | null;
  readonly parts: readonly ContextPart[];
}

/** `pod context`: what a pod's context is made of, and what each part takes. */
export async function contextCommand(
  console: PodConsole,
  name: string,
  { json }: { readonly json: boolean },
): Promise<number> {
  const { state, contextWindow } = await isLive(name) ? await liveState(name) : await stored(name);
  const window = sessionWindow(state);
  const parts = contextParts(window, state.systemPrompt);
  // What there was once may have been measured, but nothing is not.
  const { tokens, source } = state.history.length === 0 ? NOTHING : window.estimate();
  const report: ContextReport = {
    name,
    // What was never measured knows only of items.
    tokens: source === "no_data" ? parts.reduce((sum, part) => sum + part.tokens, 0) : tokens,
    source,
    context_window: contextWindow,
    parts,
  };
  console.stdout.write(json ? `${JSON.stringify(report)}\n` : formatReport(report));
  return EXIT.finished;
}

const NOTHING = { tokens: 0, source: "no_data" } as const;

interface Found {
  readonly state: SessionState;
  readonly contextWindow: number | null;
}

async function liveState(name: string): Promise<Found> {
  using client = await connectPod(name);
  const { entries, greeting } = client.snapshot.data;
  return { state: replay(entries), contextWindow: greeting.context_window };
}

async function stored(name: string): Promise<Found> {
  const stores = openStores(resolvePaths((variable) => Deno.env.get(variable)));
  const pod = await findStoredPod(name, stores);
  if (pod === null) {
    throw new PodError("not_found", `there is no pod \`${name}\`; see: pod ls --all`);
  }
  const { sessionId, segmentId } = pod;
  const entries = segmentId === null ? [] : stores.sessions.readEntries(sessionId, segmentId);
  return { state: replay(entries), contextWindow: null };
}

function formatReport({ tokens, source, context_window: size, parts }: ContextReport): string {
  if (tokens === 0) return "nothing yet: no model has been asked\n";
  const share = size === null ? "" : ` of ${grouped(size)} (${Math.round(100 * tokens / size)} %)`;
  const rows = parts
    .filter((part) => part.tokens > 0)
    .map(({ part, items, tokens }) =>
      `  ${part.padEnd(22)}${grouped(tokens).padStart(10)}${countOf(items)}`
    );
  return [`${grouped(tokens)} tokens${share}, ${SOURCES[source] ?? source}`, ...rows, ""].join(
    "\n",
  );
}

/** What the names of sources mean to a reader. */
const SOURCES: Readonly<Record<string, string>> = {
  measured: "as the provider counted the last request",
  extrapolated: "counted up to the last request, estimated since",
  interpolated: "estimated between two requests",
  no_data: "estimated",
};

function countOf(items: number | null): string {
  if (items === null) return "";
  return items === 1 ? "  1 item" : `  ${grouped(items)} items`;
}

function grouped(count: number): string {
  return count.toLocaleString("en-US");
}
