import { deepEqual, equal } from "node:assert/strict";
import {
  ModelError,
  type ModelErrorKind,
  type ModelErrorOptions,
} from "../../lib/providers/mod.ts";
import { isRetryable } from "../../lib/providers/mod.ts";
import { readRetryAfter, responseError, streamError } from "../../lib/providers/call_error.ts";

function failed(kind: ModelErrorKind, options: ModelErrorOptions = {}): ModelError {
  return new ModelError(kind, "test", options);
}

Deno.test("20.13-21 which failures are worth another attempt", () => {
  for (const status of [408, 425, 429, 500, 502, 503, 504, 529]) {
    equal(isRetryable(failed("api", { status })), true, `status ${status}`);
  }
  for (const status of [400, 401, 403, 404, 409, 410, 422, 501]) {
    equal(isRetryable(failed("api", { status })), false, `status ${status}`);
  }
  equal(isRetryable(failed("transport")), true);
  equal(isRetryable(failed("timeout")), true);
  equal(isRetryable(failed("broken")), false);
  equal(isRetryable(failed("config")), false);
  equal(isRetryable(failed("api")), false);
});

Deno.test("an error inside a stream is worth another attempt when its code says that it passes", () => {
  const retryable = (error: object) => isRetryable(streamError(error, undefined));
  equal(retryable({ type: "overloaded_error", message: "busy" }), true);
  equal(retryable({ code: "rate_limit_exceeded", message: "slow down" }), true);
  equal(retryable({ code: 502, message: "upstream" }), true);
  equal(retryable({ code: 503, status: "UNAVAILABLE", message: "high demand" }), true);
  equal(retryable({ code: 400, status: "INVALID_ARGUMENT", message: "no" }), false);
  equal(retryable({ code: "MALFORMED_FUNCTION_CALL", message: "half a call" }), true);
  equal(retryable({ code: "context_length_exceeded", message: "too long" }), false);
  equal(retryable({ code: 400, message: "no" }), false);
  equal(isRetryable(failed("api", { apiCode: "refresh_transient" })), true);
});

Deno.test("texts of failed responses follow spec 20 §5.3", () => {
  const text = (status: number, body: string) =>
    responseError(new Response(null, { status }), body).message;
  const cases: [number, string, string][] = [
    [
      529,
      '{"type":"error","error":{"type":"overloaded_error","message":"busy"}}',
      "API error (status: 529) [overloaded_error]: busy",
    ],
    [
      401,
      '{"error":{"code":"invalid_api_key","type":"auth","message":"bad key"}}',
      "API error (status: 401) [invalid_api_key]: bad key",
    ],
    [400, '{"error":{"code":7,"type":"t","message":"m"}}', "API error (status: 400) [t]: m"],
    [
      400,
      '[{"error":{"code":400,"status":"INVALID_ARGUMENT","message":"bad"}}]',
      "API error (status: 400) [INVALID_ARGUMENT]: bad",
    ],
    [400, '{"message":"flat","code":"c"}', "API error (status: 400) [c]: flat"],
    [404, '{"error":"model not found"}', 'API error (status: 404): {"error":"model not found"}'],
    [502, "<html>bad gateway</html>", "API error (status: 502): <html>bad gateway</html>"],
    [500, "", "API error (status: 500): "],
  ];
  for (const [status, body, expected] of cases) equal(text(status, body), expected);
});

Deno.test("texts of errors inside a stream carry the provider's code and message", () => {
  const anthropic = { type: "error", error: { type: "overloaded_error", message: "busy" } };
  const error = streamError(anthropic, undefined);
  equal(error.message, "API error [overloaded_error]: busy");
  equal(error.kind, "api");
  equal(error.apiCode, "overloaded_error");
  equal(error.status, undefined);
  const flat = { type: "error", code: null, message: "busy", param: null };
  equal(streamError(flat, undefined).message, "API error: busy");
  equal(streamError({ ...flat, code: "c" }, undefined).message, "API error [c]: busy");
  equal(streamError("plain words", undefined).message, "API error: plain words");
  equal(streamError({ odd: 1 }, undefined).message, 'API error: {"odd":1}');
});

Deno.test("the wait that a provider asks for is read in all its forms", () => {
  const now = Date.parse("Wed, 21 Oct 2026 07:28:00 GMT");
  const read = (headers: Record<string, string>) => readRetryAfter(new Headers(headers), now);
  deepEqual(
    [
      read({ "retry-after": "2" }),
      read({ "retry-after": "0.25" }),
      read({ "retry-after": "Wed, 21 Oct 2026 07:28:30 GMT" }),
      read({ "retry-after": "Wed, 21 Oct 2026 07:27:00 GMT" }),
      read({ "retry-after-ms": "1500", "retry-after": "9" }),
      read({ "retry-after": "soon" }),
      read({ "retry-after": "-3" }),
      read({}),
    ],
    [2000, 250, 30_000, 0, 1500, undefined, undefined, undefined],
  );
});

Deno.test("the wait that Google asks for is in the error itself; headers come first", () => {
  const read = (details: unknown, headers = {}) => {
    const body = JSON.stringify({ error: { code: 429, message: "slow down", details } });
    return responseError(new Response(null, { status: 429, headers }), body).retryAfterMs;
  };
  const info = { "@type": "type.googleapis.com/google.rpc.RetryInfo", retryDelay: "34.4s" };
  deepEqual(
    [
      read([{ violations: [] }, info]),
      read([info], { "retry-after": "2" }),
      read([{ ...info, retryDelay: "soon" }]),
      read([null, "odd"]),
      read("odd"),
    ],
    [34_400, 2000, undefined, undefined, undefined],
  );
  equal(
    streamError({ error: { message: "slow down", details: [info] } }, null).retryAfterMs,
    34_400,
  );
});
