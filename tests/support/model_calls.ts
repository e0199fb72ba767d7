import type { JsonObject } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, type RequestConfig } from "../../lib/protocol/mod.ts";
import {
  type Credential,
  type Model,
  type ModelEvent,
  type ModelRequest,
  openModel,
  type OpenModelOptions,
  type ResolvedModel,
} from "../../lib/providers/mod.ts";

/** The tool of the example requests. */
export const READ_TOOL = {
  name: "Read",
  description: "Reads a file",
  inputSchema: {
    type: "object",
    properties: { file_path: { type: "string" } },
    required: ["file_path"],
  },
} satisfies { inputSchema: JsonObject; name: string; description: string };

/** The history of the wire examples (spec 20 §6). */
export const EXAMPLE_ITEMS: readonly Item[] = [
  { kind: "message", role: "user", content: [{ kind: "text", text: "Compare a and b" }] },
  {
    kind: "reasoning",
    text: "Read both.",
    summary: ["Plan"],
    encrypted_content: "ENC1",
    signature: "SIG1",
  },
  { kind: "tool_call", call_id: "c1", name: "Read", arguments: '{"file_path":"/w/a"}' },
  { kind: "tool_call", call_id: "c2", name: "Read", arguments: '{"file_path":"/w/b"}' },
  {
    kind: "tool_result",
    call_id: "c1",
    summary: "Read 1 line(s)",
    content: "     1\talpha\n",
  },
  {
    kind: "tool_result",
    call_id: "c2",
    summary: "Tool execution failed: Execution failed: no such file",
    is_error: true,
  },
];

/** A message of one text. */
export function said(role: "user" | "assistant" | "system", text: string): Item {
  return { kind: "message", role, content: [{ kind: "text", text }] };
}

/** A request; what is not given is left empty. */
export function requestOf(
  items: readonly Item[],
  rest: Partial<Omit<ModelRequest, "config">> & { config?: Partial<RequestConfig> } = {},
): ModelRequest {
  const config = { ...DEFAULT_REQUEST_CONFIG, ...rest.config };
  return { system: null, tools: [], ...rest, items, config };
}

/** The vendor of each scheme, and a model of it. */
const VENDORS = {
  anthropic: { provider: "anthropic", modelId: "claude-sonnet-4-6", reasoning: "budget_tokens" },
  openai_chat: { provider: "openai", modelId: "gpt-5", reasoning: "effort" },
  openai_responses: { provider: "openai", modelId: "gpt-5", reasoning: "effort" },
  gemini: { provider: "gemini", modelId: "gemini-2.5-pro", reasoning: "budget_tokens" },
} as const;

/** A model to be opened at `baseUrl`, with the usual properties of the scheme's own vendor. */
export function resolvedModel(
  scheme: keyof typeof VENDORS,
  baseUrl: string,
  changes: Partial<ResolvedModel> = {},
): ResolvedModel {
  const { provider, modelId, reasoning } = VENDORS[scheme];
  return {
    provider,
    scheme,
    baseUrl,
    modelId,
    auth: { kind: "api_key" },
    capability: {
      tool_calling: "parallel",
      structured_output: "json_schema",
      reasoning,
      vision: true,
      prompt_caching: scheme === "anthropic"
        ? { kind: "explicit", max_breakpoints: 4 }
        : { kind: "auto" },
    },
    contextWindow: 200_000,
    ...changes,
  };
}

/** Opens a wire model; the key is `key-1` unless another credential is given. */
export function openWire(
  model: ResolvedModel,
  options: Partial<OpenModelOptions> & { credential?: Credential } = {},
): Promise<Model> {
  const { credential = { kind: "api_key", key: "key-1" }, ...others } = options;
  const readText = () => Promise.reject(new Error("a wire model reads no file"));
  return openModel(model, credential, { readText, ...others });
}

/** All events of one call. */
export async function collect(
  model: Model,
  request: ModelRequest,
  signal: AbortSignal = new AbortController().signal,
): Promise<ModelEvent[]> {
  return await Array.fromAsync(model.stream(request, signal));
}
