import { deepEqual, equal, match, rejects } from "node:assert/strict";
import { isRetryable, type ModelError, type ModelEvent } from "../../lib/providers/mod.ts";
import { collect, openWire, resolvedModel } from "../support/model_calls.ts";
import { startModelServer } from "../support/model_server.ts";
import { failureOf, HELLO } from "./asking.ts";

/** A call leaves neither timer nor connection behind; newer runtimes watch only when asked to. */
const STRICT = { sanitizeOps: true, sanitizeResources: true };
const SCHEMES = ["anthropic", "openai_chat", "openai_responses", "gemini"] as const;

/** Per scheme: the frames of a short answer, without those that need not come. */
const FRAMES_OF_DONE = { anthropic: 7, openai_chat: 3, openai_responses: 9, gemini: 2 };

for (const scheme of SCHEMES) {
  Deno.test(`20.13-24 ${scheme}: headers never arrive`, STRICT, async () => {
    const { error } = await failureOf(scheme, { delayMs: Infinity }, { openMs: 200 });
    equal(error.message, "stream_open timed out after 0.2s");
    equal(error.kind, "timeout");
    equal(isRetryable(error), true);
  });

  Deno.test(`20.13-24 ${scheme}: headers arrive and no event, only pings`, STRICT, async () => {
    const answer = { text: "late", stallAfterEvents: 0, pingEveryMs: 5 };
    const { error } = await failureOf(scheme, answer, { firstEventMs: 50 });
    equal(error.message, "stream_first_event timed out after 0.05s");
    equal(isRetryable(error), true);
  });

  Deno.test(
    `20.12-W10, 20.13-24 ${scheme}: silence in the middle breaks the stream`,
    STRICT,
    async () => {
      const answer = { text: ["one", "two", "three", "four"], stallAfterEvents: 3 };
      const { error } = await failureOf(scheme, answer, { idleMs: 30 });
      equal(error.message, "stream_idle timed out after 0.03s");
      equal(error.kind, "broken");
    },
  );

  Deno.test(`${scheme}: pings keep a silent stream alive`, STRICT, async () => {
    const answer = { text: ["one", "two"], stallAfterEvents: 4, stallMs: 300, pingEveryMs: 10 };
    await using server = startModelServer([answer]);
    const model = await openWire(resolvedModel(scheme, server.url), { limits: { idleMs: 150 } });
    const events = await collect(model, HELLO);
    equal(events.at(-1)?.type, "stop");
  });

  Deno.test(`${scheme}: a consumer that takes its time is not silence`, STRICT, async () => {
    await using server = startModelServer([{ text: ["one", "two", "three"] }]);
    const limits = { idleMs: 100, closeMs: 100 };
    const model = await openWire(resolvedModel(scheme, server.url), { limits });
    const seen: ModelEvent[] = [];
    for await (const event of model.stream(HELLO, new AbortController().signal)) {
      seen.push(event);
      if (event.type === "block_delta") await new Promise((resolve) => setTimeout(resolve, 150));
    }
    equal(seen.at(-1)?.type, "stop");
  });

  Deno.test(
    `20.13-23 ${scheme}: one request per attempt, and the wait that was asked for`,
    STRICT,
    async () => {
      const errorBody = { error: { type: "overloaded_error", message: "busy" } };
      const { error } = await failureOf(scheme, {
        status: 503,
        errorBody,
        headers: { "retry-after": "1", "x-should-retry": "true" },
      });
      equal(error.message, "API error (status: 503) [overloaded_error]: busy");
      deepEqual([error.status, error.apiCode, error.retryAfterMs], [503, "overloaded_error", 1000]);
    },
  );

  Deno.test(
    `20.13-27 ${scheme}: an error event in the stream is the provider's error`,
    STRICT,
    async () => {
      const inStreamError = { type: "context_length_exceeded", message: "too long" };
      const { error } = await failureOf(scheme, { text: "so far", inStreamError });
      equal(error.message, "API error [context_length_exceeded]: too long");
      equal(error.kind, "api");
      equal(error.status, undefined);
    },
  );

  Deno.test(`${scheme}: nothing listens at the address`, STRICT, async () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    listener.close();
    const model = await openWire(resolvedModel(scheme, `http://127.0.0.1:${port}`));
    await rejects(collect(model, HELLO), (error: ModelError) => {
      match(error.message, /^HTTP error: .*refused/);
      return error.kind === "transport" && isRetryable(error);
    });
  });

  Deno.test(
    `${scheme}: a page or a plain object instead of a stream is an error with its text`,
    STRICT,
    async () => {
      const page = { frames: ["<html>welcome</html>"], headers: { "content-type": "text/html" } };
      equal(
        (await failureOf(scheme, page)).error.message,
        "API error (status: 200): <html>welcome</html>",
      );
      const json = {
        frames: ['{"error":{"type":"no_credit","message":"empty"}}'],
        headers: { "content-type": "application/json; charset=utf-8" },
      };
      equal(
        (await failureOf(scheme, json)).error.message,
        "API error (status: 200) [no_credit]: empty",
      );
    },
  );

  Deno.test(`${scheme}: a redirect does not take the key elsewhere`, STRICT, async () => {
    await using other = startModelServer([{ text: "stolen" }]);
    const headers = { location: `${other.url}/v1/messages` };
    const { error } = await failureOf(scheme, { status: 307, errorBody: "moved", headers });
    equal(error.message, "API error (status: 307): moved");
    equal(other.requests.length, 0);
  });

  Deno.test(`${scheme}: an error body that never ends does not hold the call`, STRICT, async () => {
    const endless = { text: "x", stallAfterEvents: 1, headers: { "content-type": "text/html" } };
    const { error } = await failureOf(scheme, endless, { firstEventMs: 30 });
    match(error.message, /^API error \(status: 200\): (data|event)/);
  });

  Deno.test(
    `20.10.4 ${scheme}: of a long page only the beginning is told, and no key`,
    STRICT,
    async () => {
      const before = "API error (status: 502): ".length;
      // The cut goes through the key; half of it would be too much.
      const page = `${"x".repeat(4000 - before - 2)}key-1${"y".repeat(1 << 20)}`;
      const { error } = await failureOf(scheme, { status: 502, errorBody: page });
      deepEqual([error.message.length, error.message.slice(-4)], [4001, "x[k…"]);
      deepEqual([error.status, isRetryable(error)], [502, true]);
    },
  );

  Deno.test(
    `${scheme}: a server that keeps the connection open after the answer is left alone`,
    STRICT,
    async () => {
      await using server = startModelServer((_, index) => ({
        text: "done",
        // Hold the body open after the last frame of the answer proper.
        stallAfterEvents: index === 0 ? FRAMES_OF_DONE[scheme] : undefined,
      }));
      const model = await openWire(resolvedModel(scheme, server.url), { limits: { closeMs: 20 } });
      const events = await collect(model, HELLO);
      deepEqual(events.at(-1), { type: "stop", reason: "end_turn" });
      equal(await server.requests[0]?.closed, "left");
    },
  );
}

Deno.test("an abort reaches a call also after a garbage collection", async () => {
  const program = new URL("./abort_after_collection.ts", import.meta.url).pathname;
  const args = ["run", "-A", "--v8-flags=--expose-gc", program];
  const { stdout, stderr } = await new Deno.Command(Deno.execPath(), { args }).output();
  const [printed, complaint] = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes));
  equal(printed, '{"done":true}\n{"done":true}\n', complaint);
});
