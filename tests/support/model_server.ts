import { zstdDecompressSync } from "node:zlib";
import { Hono } from "hono";
import { isJsonObject, type JsonObject, type JsonValue, sleep } from "../../lib/base/mod.ts";
import { deliver, type Delivery, deliveryHeaders } from "./model_delivery.ts";
import {
  ANTHROPIC_PING,
  anthropicFrames,
  geminiFrames,
  openaiChatFrames,
  openaiResponsesFrames,
  type Speech,
} from "./model_frames.ts";

/** One scripted answer: what the model says, and how it gets to the client. */
export interface Answer extends Speech, Delivery {
  /** Frames to send as they are, instead of what the speech would give. */
  readonly frames?: readonly string[];
  /** With any other status than 200 there is no stream, but `errorBody`. */
  readonly status?: number;
  /** An object is sent as JSON, a string as plain text. */
  readonly errorBody?: string | JsonValue;
  /** More headers, or others than usual. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Wait before the response headers; `Infinity`: they never come. */
  readonly delayMs?: number;
}

/** A request that the server got. */
export interface RecordedRequest {
  readonly method: string;
  /** Path and query. */
  readonly path: string;
  /** By lower-case name. */
  readonly headers: Readonly<Record<string, string>>;
  /** The parsed body, decompressed; empty when it was no JSON object. */
  readonly body: JsonObject;
  /** How a stream ended: it was `sent`, as far as the script says, or the client `left` before. */
  readonly closed: Promise<"sent" | "left">;
}

/** Gives the answer to a request; `index` counts the requests from 0. */
export type Script = (request: RecordedRequest, index: number) => Answer | Promise<Answer>;

/** A model API for tests; disposing it drops every connection. */
export interface ModelServer extends AsyncDisposable {
  /** `http://127.0.0.1:<port>`: the base URL for every wire scheme. */
  readonly url: string;
  /** All requests so far, in order. */
  readonly requests: readonly RecordedRequest[];
  /** The request with this index, as soon as it has arrived. */
  request(index: number): Promise<RecordedRequest>;
}

const WIRES = [
  { path: "/messages", frames: anthropicFrames, ping: ANTHROPIC_PING },
  { path: "/chat/completions", frames: openaiChatFrames, ping: ": ping\n\n" },
  { path: ":streamGenerateContent", frames: geminiFrames, ping: ": ping\r\n\r\n" },
  { path: "/responses", frames: openaiResponsesFrames, ping: ": ping\n\n" },
];

/**
 * Starts a model API on a free port of 127.0.0.1. It speaks the streaming wire formats of Anthropic
 * Messages (`…/messages`), OpenAI Chat Completions (`…/chat/completions`), OpenAI Responses
 * (`…/responses`) and Gemini (`…:streamGenerateContent`), whatever stands before these paths, and says
 * what the script says: one answer per request, in order. A request for which no answer is left gets
 * status 500.
 *
 * ```ts
 * await using server = startModelServer([
 *   { toolCalls: [{ name: "Read", input: { file_path: "a.txt" } }] },
 *   { text: ["The file ", "says hello."], usage: { input: 120, output: 9 } },
 *   { status: 529, errorBody: { error: { type: "overloaded_error", message: "busy" } } },
 *   { text: "half an answ", cutAfterEvents: 4 },
 * ]);
 * // … run something against server.url, then look at server.requests
 * ```
 */
export function startModelServer(script: readonly Answer[] | Script): ModelServer {
  const requests: RecordedRequest[] = [];
  const arrivals = new Map<number, PromiseWithResolvers<RecordedRequest>>();
  const shutdown = new AbortController();

  const arrival = (index: number) => {
    const known = arrivals.get(index) ?? Promise.withResolvers<RecordedRequest>();
    arrivals.set(index, known);
    return known;
  };
  const app = new Hono().post("*", async ({ req }) => {
    const { promise: closed, resolve: over } = Promise.withResolvers<"sent" | "left">();
    const request = await record(req.raw, closed);
    const index = requests.push(request) - 1;
    arrival(index).resolve(request);

    const wire = WIRES.find(({ path }) => req.path.endsWith(path));
    if (wire === undefined) return failure(404, `no such path: ${request.path}`);
    const answer = typeof script === "function" ? await script(request, index) : script[index];
    if (answer === undefined) return failure(500, `no answer is left for request ${index}`);
    const { status = 200, headers, delayMs = 0 } = answer;
    if (delayMs === Infinity) await aborted(shutdown.signal);
    else if (delayMs > 0) await sleep(delayMs, shutdown.signal);
    if (status !== 200) return failure(status, answer.errorBody ?? "scripted failure", headers);
    const frames = answer.frames ?? wire.frames(answer, `${request.body.model}`);
    return new Response(deliver(frames, answer, wire.ping, over), {
      headers: {
        "content-type": "text/event-stream",
        ...deliveryHeaders(answer),
        ...headers,
      },
    });
  });

  const server = Deno.serve(
    { hostname: "127.0.0.1", port: 0, signal: shutdown.signal, onListen() {} },
    app.fetch,
  );
  return {
    url: `http://127.0.0.1:${server.addr.port}`,
    requests,
    request: (index) => arrival(index).promise,
    async [Symbol.asyncDispose]() {
      shutdown.abort();
      await server.finished;
    },
  };
}

async function record(
  request: Request,
  closed: Promise<"sent" | "left">,
): Promise<RecordedRequest> {
  const { pathname, search } = new URL(request.url);
  const headers = Object.fromEntries(request.headers);
  const body = await readJson(request).catch(() => null);
  return {
    method: request.method,
    path: pathname + search,
    headers,
    body: isJsonObject(body) ? body : {},
    closed,
  };
}

async function readJson(request: Request): Promise<unknown> {
  if (request.headers.get("content-encoding") !== "zstd") return await request.json();
  return JSON.parse(new TextDecoder().decode(zstdDecompressSync(await request.bytes())));
}

function failure(
  status: number,
  body: string | JsonValue,
  headers: Readonly<Record<string, string>> = {},
): Response {
  if (typeof body !== "string") return Response.json(body, { status, headers });
  return new Response(body, { status, headers: { "content-type": "text/plain", ...headers } });
}

function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => signal.addEventListener("abort", () => resolve()));
}
