import type { JsonObject } from "../base/mod.ts";
import type { Item, ReasoningItem } from "../protocol/mod.ts";
import { canRead } from "./reasoning.ts";
import type { ResolvedModel } from "./resolve_model.ts";
import { flaggedResultText, toolInput } from "./wire_text.ts";

/** A message; neighbours differ in their roles. */
export interface GeminiContent {
  readonly role: "user" | "model";
  readonly parts: GeminiPart[];
}

/**
 * A piece of a message: text, a call, or the result of one.
 *
 * @see https://ai.google.dev/api/caching#Part
 */
export interface GeminiPart {
  readonly text?: string;
  readonly thought?: true;
  readonly functionCall?: {
    readonly id: string;
    readonly name: string;
    readonly args: JsonObject;
  };
  readonly functionResponse?: {
    readonly id: string;
    readonly name: string;
    readonly response: { readonly output: string } | { readonly error: string };
  };
  readonly thoughtSignature?: string;
}

/** These do not demand a signature; all later ones do. */
const OLD_GENERATION = /gemini-[12]\b/;

/** What Google documents for calls whose signature is not at hand. */
const FOREIGN_SIGNATURE = "skip_thought_signature_validator";

/**
 * History as Gemini contents (spec 20 §6.4). A signature goes back on exactly the part it came with;
 * how it is kept until then is told at `GeminiReader`. Thoughts without one are of no use to the
 * model and are left out.
 *
 * @see https://ai.google.dev/gemini-api/docs/thought-signatures
 */
export function geminiContents(items: readonly Item[], model: ResolvedModel): GeminiContent[] {
  const contents: GeminiContent[] = [];
  const names = new Map<string, string>();
  let signature: string | undefined;
  for (const item of items) {
    if (item.kind === "tool_call") names.set(item.call_id, item.name);
    if (item.kind === "reasoning" && !isOwn(item, model)) continue;
    const [first, ...others] = partsOf(item, names);
    if (first === undefined) {
      signature = signatureOfNext(item) ?? signature;
      continue;
    }
    const role = roleOf(item);
    const parts = [role === "model" && signature ? signed(first, signature) : first, ...others];
    const last = contents.at(-1);
    if (last?.role === role) last.parts.push(...parts);
    else contents.push({ role, parts });
    signature = undefined;
  }
  return OLD_GENERATION.test(model.modelId) ? contents : contents.map(withSignedCalls);
}

function roleOf(item: Item): GeminiContent["role"] {
  if (item.kind === "tool_result") return "user";
  return item.kind === "message" && item.role !== "assistant" ? "user" : "model";
}

function partsOf(item: Item, names: ReadonlyMap<string, string>): GeminiPart[] {
  switch (item.kind) {
    case "message":
      return item.content
        .map((part) => part.kind === "text" ? part.text : part.refusal)
        .filter((text) => text !== "")
        .map((text) => ({ text }));
    case "reasoning": {
      const { text, signature, encrypted_content: alone } = item;
      if (text && signature) return [signed({ text, thought: true }, signature)];
      return alone ? [signed({ text: "" }, alone)] : [];
    }
    case "tool_call": {
      const { call_id: id, name, arguments: text } = item;
      return [{ functionCall: { id, name, args: toolInput(text) } }];
    }
    case "tool_result": {
      const { call_id: id, is_error } = item;
      const text = flaggedResultText(item);
      const response = is_error ? { error: text } : { output: text };
      return [{ functionResponse: { id, name: names.get(id) ?? id, response } }];
    }
  }
}

/** Other models' signatures are invalid; items that do not say whose they are, are older than this scheme. */
function isOwn(item: ReasoningItem, model: ResolvedModel): boolean {
  return item.scheme === "gemini" && canRead(model, item);
}

/** The signature of the part after this item, when that is what the item holds. */
function signatureOfNext(item: Item): string | undefined {
  return item.kind === "reasoning" && item.text === "" ? item.signature : undefined;
}

function signed(part: GeminiPart, thoughtSignature: string): GeminiPart {
  return { ...part, thoughtSignature };
}

/**
 * Of the calls of one answer the first must be signed. It has no signature when another model made it,
 * or when a compaction kept only the end of the answer.
 */
function withSignedCalls(content: GeminiContent): GeminiContent {
  const index = content.parts.findIndex((part) => part.functionCall !== undefined);
  const call = content.parts[index];
  if (call === undefined || call.thoughtSignature !== undefined) return content;
  return { ...content, parts: content.parts.with(index, signed(call, FOREIGN_SIGNATURE)) };
}
