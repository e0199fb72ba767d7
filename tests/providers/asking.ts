/** One question to a model of a wire scheme, on a server of its own: what was sent, and what came of it. */
import type { JsonObject } from "../../lib/base/mod.ts";
import type { RequestConfig } from "../../lib/protocol/mod.ts";
import {
  type Credential,
  type Model,
  ModelError,
  type ModelEvent,
  type ModelRequest,
  type OpenModelOptions,
  type ResolvedModel,
} from "../../lib/providers/mod.ts";
import { equal } from "../support/assert.ts";
import {
  collect,
  EXAMPLE_ITEMS,
  openWire,
  READ_TOOL,
  requestOf,
  resolvedModel,
  said,
} from "../support/model_calls.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";

type Scheme = "anthropic" | "openai_chat" | "openai_responses" | "gemini";

/** A question of which only the answer matters. */
export const HELLO = requestOf([said("user", "hello")]);

/** The example of spec 20 §6. */
export function exampleRequest(reasoning: RequestConfig["reasoning"]): ModelRequest {
  return requestOf(EXAMPLE_ITEMS, {
    system: "You are a pod.",
    tools: [READ_TOOL],
    config: { max_tokens: 8192, reasoning },
    cacheKey: "seg-1",
  });
}

/** The headers that every request has, whoever gets it, beside those of HTTP itself. */
export const COMMON_HEADERS = {
  "accept": "text/event-stream",
  "accept-encoding": "gzip,br",
  "accept-language": "*",
  "content-type": "application/json",
  "user-agent": "pod/0.1.0",
};

/** How the model differs from the scheme's usual one. */
export interface AskOptions {
  readonly changes?: Partial<ResolvedModel>;
  readonly capability?: Partial<ResolvedModel["capability"]>;
  readonly credential?: Credential;
}

/** A request as it was sent; its headers are those that are not HTTP's own. */
export interface Sent {
  readonly model: Model;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: JsonObject;
}

/** What is sent for a request. */
export async function sentFor(
  scheme: Scheme,
  request: ModelRequest,
  { changes, capability, credential }: AskOptions = {},
): Promise<Sent> {
  await using server = startModelServer([{ text: "ok" }]);
  const resolved = resolvedModel(scheme, server.url, changes);
  const able = { ...resolved, capability: { ...resolved.capability, ...capability } };
  const model = await openWire(able, { credential });
  await collect(model, request);
  const { path, headers, body } = await server.request(0);
  const { host: _host, "content-length": _length, ...ours } = headers;
  return { model, path, headers: ours, body };
}

/** Where requests go when the base URL ends in one of these. */
export async function pathsFor(scheme: Scheme, endings: readonly string[]): Promise<string[]> {
  await using server = startModelServer(() => ({ text: "ok" }));
  for (const ending of endings) {
    await collect(await openWire(resolvedModel(scheme, server.url + ending)), HELLO);
  }
  return server.requests.map(({ path }) => path);
}

/** What a stream of these frames brings. */
export async function eventsOf(
  scheme: Scheme,
  frames: readonly string[],
  changes: Partial<ResolvedModel> = {},
): Promise<ModelEvent[]> {
  await using server = startModelServer([{ frames }]);
  return await collect(await openWire(resolvedModel(scheme, server.url, changes)), HELLO);
}

/** The error of a call that is answered like this, and what came before it. */
export async function failureOf(
  scheme: Scheme,
  answer: Answer,
  limits?: OpenModelOptions["limits"],
): Promise<{ error: ModelError; events: ModelEvent[] }> {
  await using server = startModelServer([answer]);
  const model = await openWire(resolvedModel(scheme, server.url), { limits });
  const events: ModelEvent[] = [];
  try {
    for await (const event of model.stream(HELLO, new AbortController().signal)) {
      events.push(event);
    }
  } catch (error) {
    if (!(error instanceof ModelError)) throw error;
    await server.request(0);
    equal(server.requests.length, 1, "exactly one request per attempt");
    return { error, events };
  }
  throw new Error("the call did not fail");
}
