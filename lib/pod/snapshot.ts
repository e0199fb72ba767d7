import { type Greeting, type PodStatus, PROTOCOL_VERSION } from "../protocol/mod.ts";
import type { Conversation } from "./conversation.ts";
import type { PodParts } from "./pod_parts.ts";

/**
 * The `snapshot` event as a line of JSON, without its end. The log's own lines go into it as they are: a
 * long session is neither kept in memory nor encoded again for each client.
 */
export function snapshotJson(
  parts: PodParts,
  { journal, window }: Conversation,
  status: PodStatus,
): string {
  // Blank lines are no entries (spec 30 §2.7).
  const entries = journal.readText().trim().replaceAll(/\n\s*/g, ",");
  const blocks = journal.inFlight;
  const rest = JSON.stringify({
    greeting: greetingOf(parts, window.estimate().tokens),
    status,
    ...(blocks.length > 0 && { in_flight: { blocks } }),
    ...(journal.isCompacting && { compacting: true }),
  });
  return `{"event":"snapshot","data":{"entries":[${entries}],${rest.slice(1)}}`;
}

/** Who a client is talking to. */
function greetingOf(
  { name, cwd, model, tools, scopeSummary }: PodParts,
  contextTokens: number,
): Greeting {
  return {
    pod_name: name,
    cwd,
    provider: model.info.scheme,
    model: model.info.id,
    scope_summary: scopeSummary(),
    tools: tools.map((tool) => tool.name).sort(),
    context_window: model.info.contextWindow,
    context_tokens: contextTokens,
    protocol_version: PROTOCOL_VERSION,
  };
}
