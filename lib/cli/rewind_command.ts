import { PodError, printable } from "../base/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import { type Event, flattenSegments, type Method, type RewindTarget } from "../protocol/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { oneLine } from "./output/style.ts";
import { formatTable } from "./output/table.ts";
import { ask, connectPod, howToGoBack, nameOf, unlessRefused, wentAway } from "./pod_connection.ts";

const PREVIEW_LENGTH = 70;

/** What `pod rewind` is asked for. */
export interface RewindOptions {
  /** Number of the input to go back before, as listed. @default the inputs are listed */
  readonly to?: number;
  readonly json: boolean;
}

/** `pod rewind`: lists the inputs of a live pod, or takes it back to where one of them came. */
export async function rewindCommand(
  console: PodConsole,
  name: string,
  { to, json }: RewindOptions,
): Promise<number> {
  using client = await connectPod(name);
  const listed = await answerTo(client, { method: "list_rewind_targets" }, "rewind_targets");
  // The wire has the newest first; like in a shell's history, it is shown last.
  const targets = listed.data.targets.toReversed();
  if (to !== undefined) await rewind(console, client, findTarget(client, targets, to), json);
  else if (json) console.stdout.write(`${JSON.stringify(targets)}\n`);
  else list(console, client, targets);
  return EXIT.finished;
}

function list({ stdout, stderr }: PodConsole, client: PodClient, targets: RewindTarget[]): void {
  if (targets.length > 0) stdout.write(describeTable(targets));
  else stderr.write(`pod \`${nameOf(client)}\` has no input to go back to\n`);
  const tooled = targets.findLast(({ warning }) => warning !== undefined);
  if (tooled !== undefined) {
    stderr.write(`! what tools did since input ${tooled.turn_index} is not undone by going back\n`);
  }
  const earlier = earlierInputs(client);
  if (earlier !== null) stderr.write(`[${earlier}]\n`);
}

/** Where the inputs are that are in the conversation but not in its segment; null: in none. */
function earlierInputs(client: PodClient): string | null {
  const [start] = client.snapshot.data.entries;
  if (start?.kind !== "segment_start") return null;
  const origin = start.compacted_from ?? start.forked_from;
  if (origin === undefined) return null;
  const cause = start.compacted_from === undefined ? "the log was forked" : "the compaction";
  return `what was before ${cause} is kept: ${howToGoBack(client, origin.segment_id)}`;
}

function describeTable(targets: readonly RewindTarget[]): string {
  return formatTable([["N", "WHEN", "INPUT"], ...targets.map(describe)]);
}

function describe({ turn_index, timestamp_ms, preview, disabled_reason }: RewindTarget): string[] {
  const text = oneLine(preview, PREVIEW_LENGTH);
  return [
    String(turn_index),
    timestamp_ms === null ? "-" : localTime(timestamp_ms),
    disabled_reason === undefined ? text : `${text} (not possible: ${disabled_reason})`,
  ];
}

/** `2026-01-31 17:05`; setting up `Intl` for this would cost more than all else here. */
function localTime(ms: number): string {
  const offsetMs = new Date(ms).getTimezoneOffset() * 60_000;
  return new Date(ms - offsetMs).toISOString().slice(0, 16).replace("T", " ");
}

function findTarget(client: PodClient, targets: readonly RewindTarget[], to: number): RewindTarget {
  const target = targets.find(({ turn_index }) => turn_index === to);
  if (target?.eligible) return target;
  const name = nameOf(client);
  const earlier = earlierInputs(client);
  const problem = targets.length === 0
    ? `has no input to go back to${earlier === null ? "" : `; ${earlier}`}`
    : target === undefined
    ? `has no input ${to}; \`pod rewind ${name}\` lists them`
    : `cannot go back to input ${to}: ${target.disabled_reason ?? "it is not eligible"}`;
  throw new PodError("usage", `pod \`${name}\` ${problem}`);
}

async function rewind(
  { stdout, stderr }: PodConsole,
  client: PodClient,
  { id, expected_head_entries, turn_index }: RewindTarget,
  json: boolean,
): Promise<void> {
  const method = { method: "rewind_to", params: { target: id, expected_head_entries } } as const;
  const { data: { input, summary } } = await answerTo(client, method, "rewind_applied");
  if (json) return stdout.write(`${JSON.stringify({ input, summary })}\n`);
  // On standard output, so that it can be changed and sent again.
  stdout.write(`${printable(flattenSegments(input))}\n`);
  stderr.write(`[rewound to before input ${turn_index}]\n`);
  if (summary.tool_side_effect_warning) stderr.write("! what tools did meanwhile is not undone\n");
  const kept = summary.kept_segment_id;
  if (kept === undefined) return;
  stderr.write(`[what is cut off is kept: ${howToGoBack(client, kept)}]\n`);
}

/** The event that a method asks for. All clients may get it, and it may come before the answer or after. */
async function answerTo<Name extends Event["event"]>(
  client: PodClient,
  method: Method,
  name: Name,
): Promise<Extract<Event, { event: Name }>> {
  const isWanted = (event: Event): event is Extract<Event, { event: Name }> => event.event === name;
  const heard: Event[] = [];
  const answer = unlessRefused(client, await ask(client, method, (event) => heard.push(event)));
  const early = [...heard, answer].findLast(isWanted);
  if (early !== undefined) return early;
  for await (const event of client) {
    if (isWanted(event)) return event;
  }
  throw wentAway(nameOf(client));
}
