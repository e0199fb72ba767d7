import * as v from "valibot";
import { tagged } from "./tagged.ts";

/** One piece of a message: text, or the model's refusal (spec 30 §2.3). */
export const contentPart = tagged("kind", () => [
  v.object({ kind: v.literal("text"), text: v.string() }),
  v.object({ kind: v.literal("refusal"), refusal: v.string() }),
]);
export type ContentPart = v.InferOutput<typeof contentPart>;

/**
 * Said by the user, the model, or (as `system`) by the runtime itself. `phase` is what a model calls a
 * message of its own, a remark by the way or its answer; it goes back to an API that has the word.
 */
export const messageItem = v.object({
  kind: v.literal("message"),
  role: v.picklist(["user", "assistant", "system"]),
  content: v.array(contentPart),
  phase: v.exactOptional(v.string()),
});
export type MessageItem = v.InferOutput<typeof messageItem>;

/** The model asks for a tool; `arguments` is the text of a JSON object. */
export const toolCallItem = v.object({
  kind: v.literal("tool_call"),
  call_id: v.string(),
  name: v.string(),
  arguments: v.string(),
});
export type ToolCallItem = v.InferOutput<typeof toolCallItem>;

/** The answer to a tool call; absent `content` and `is_error` are left out, as the reference does. */
export const toolResultItem = v.object({
  kind: v.literal("tool_result"),
  call_id: v.string(),
  summary: v.string(),
  content: v.exactOptional(v.string()),
  is_error: v.exactOptional(v.boolean()),
});
export type ToolResultItem = v.InferOutput<typeof toolResultItem>;

/**
 * What the model thought; `encrypted_content` and `signature` go back to it byte for byte, and only where
 * they can be read: `scheme` is the API that they came through and `model` who thought, as `--model`
 * names it, both where that is known. Old logs spell "none" as null or as an empty summary; such keys
 * are left out when read.
 */
export const reasoningItem = v.pipe(
  v.object({
    kind: v.literal("reasoning"),
    text: v.string(),
    summary: v.exactOptional(v.nullable(v.array(v.string()))),
    encrypted_content: v.exactOptional(v.nullable(v.string())),
    signature: v.exactOptional(v.nullable(v.string())),
    scheme: v.exactOptional(v.nullable(v.string())),
    model: v.exactOptional(v.nullable(v.string())),
  }),
  v.transform(({ kind, text, summary, encrypted_content, signature, scheme, model }) => ({
    kind,
    text,
    ...(summary?.length ? { summary } : {}),
    ...(typeof encrypted_content === "string" ? { encrypted_content } : {}),
    ...(typeof signature === "string" ? { signature } : {}),
    ...(typeof scheme === "string" ? { scheme } : {}),
    ...(typeof model === "string" ? { model } : {}),
  })),
);
export type ReasoningItem = v.InferOutput<typeof reasoningItem>;

/** One element of the model's history, in the form that the session log keeps (spec 30 §2.3). */
export const item = tagged(
  "kind",
  () => [messageItem, toolCallItem, toolResultItem, reasoningItem],
);
export type Item = v.InferOutput<typeof item>;

/** A message of one text part. */
export function textMessage(role: MessageItem["role"], text: string): MessageItem {
  return { kind: "message", role, content: [{ kind: "text", text }] };
}

/** The parts of a message as one text, refusals included. */
export function messageText(message: MessageItem): string {
  return message.content.map((part) => part.kind === "text" ? part.text : part.refusal).join("");
}

/** The tool calls of a history that have no result yet, in order. */
export function openToolCalls(history: readonly Item[]): ToolCallItem[] {
  const open = new Map<string, ToolCallItem>();
  for (const item of history) {
    if (item.kind === "tool_call") open.set(item.call_id, item);
    if (item.kind === "tool_result") open.delete(item.call_id);
  }
  return [...open.values()];
}
