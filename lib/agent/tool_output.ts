import { byteLength, truncateBytes } from "../base/mod.ts";

/** How many bytes of a tool result's `content` are kept (spec 20 §9.3). */
export interface ToolOutputLimits {
  /** @default 65536 */
  readonly defaultMaxBytes: number;
  /** By exact tool name; wins over the default. @default {} */
  readonly perTool: Readonly<Record<string, number>>;
}

/** The limits used when the manifest names none. */
export const DEFAULT_TOOL_OUTPUT_LIMITS: ToolOutputLimits = {
  defaultMaxBytes: 65_536,
  perTool: {},
};

/** Room for the marker below. */
const MARKER_BYTES = 68;
/** A summary stays in history for ever, so it is short. */
const SUMMARY_MAX_BYTES = 4096;
const ELLIPSIS = "…";

/** A text cut to its limit, and how long it was. */
export interface CutText {
  readonly text: string;
  readonly bytesBefore: number;
  readonly bytesAfter: number;
}

/** The limit for the output of one tool. */
export function maxBytesOf(limits: ToolOutputLimits, toolName: string): number {
  return limits.perTool[toolName] ?? limits.defaultMaxBytes;
}

/** Cuts `content` to `maxBytes`, marker included; undefined when it fits as it is. */
export function cutContent(content: string, maxBytes: number): CutText | undefined {
  const bytesBefore = byteLength(content);
  if (bytesBefore <= maxBytes) return undefined;
  const kept = truncateBytes(content, maxBytes - MARKER_BYTES);
  const dropped = bytesBefore - byteLength(kept);
  const text = `${kept}\n\n[truncated: ${dropped} bytes dropped, refine your query]`;
  return { text, bytesBefore, bytesAfter: byteLength(text) };
}

/** A summary that is not too long to be kept for ever. */
export function cutSummary(summary: string): string {
  if (byteLength(summary) <= SUMMARY_MAX_BYTES) return summary;
  return truncateBytes(summary, SUMMARY_MAX_BYTES - byteLength(ELLIPSIS)) + ELLIPSIS;
}
