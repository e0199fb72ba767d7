import { parseMethod, ProtocolError } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, throws } from "../support/assert.ts";
import { METHOD_LINES } from "./examples.ts";

for (const line of METHOD_LINES) {
  const { method, params } = JSON.parse(line);
  Deno.test(`10.15-8 method ${method} ${params?.kind ?? ""} keeps its line`, () => {
    equal(JSON.stringify(parseMethod(line)), line);
  });
}

Deno.test("10.15-8 a method without parameters is written without the key", () => {
  for (const line of ['{"method":"pause"}', '{"method":"pause","params":null}']) {
    equal(JSON.stringify(parseMethod(line)), '{"method":"pause"}');
  }
});

Deno.test("10.15-8 a segment of an unknown kind is kept as it came", () => {
  const line = '{"method":"run","params":{"input":[{"kind":"image_ref","url":"x"}]}}';
  equal(JSON.stringify(parseMethod(line)), line);
});

Deno.test("10.15-8 unknown keys are dropped at every level", () => {
  const method = parseMethod(
    '{"x":1,"method":"run","params":{"x":1,"input":[{"kind":"text","content":"a","x":1}]}}',
  );
  deepEqual(method, { method: "run", params: { input: [{ kind: "text", content: "a" }] } });
});

Deno.test("10.15-8 a request id is kept, text or number", () => {
  deepEqual(parseMethod('{"id":"a","method":"resume"}'), { method: "resume", id: "a" });
  deepEqual(parseMethod('{"id":7,"method":"resume"}'), { method: "resume", id: 7 });
});

Deno.test("10.15-8 the rules of a reported scope are recursive unless they say otherwise", () => {
  const method = parseMethod(
    '{"method":"pod_event","params":{"kind":"scope_sub_delegated","parent_pod":"p","sub_pod":"s",' +
      '"sub_socket":"/s","scope":[{"target":"/w","permission":"read"}]}}',
  );
  const scope = method.method === "pod_event" && method.params.kind === "scope_sub_delegated"
    ? method.params.scope
    : null;
  deepEqual(scope, [{ target: "/w", permission: "read", recursive: true }]);
});

const MALFORMED = [
  '{"bad":"json"}',
  "{not-json}",
  "",
  "null",
  "[]",
  "7",
  '"run"',
  '{"method":7}',
  '{"method":"get_history"}',
  '{"method":"toString"}',
  '{"method":"run"}',
  '{"method":"run","params":null}',
  '{"method":"run","params":{}}',
  '{"method":"run","params":{"input":"hi"}}',
  '{"method":"run","params":{"input":[{"content":"no kind"}]}}',
  '{"method":"run","params":{"input":[{"kind":"text"}]}}',
  '{"method":"run","params":{"input":[{"kind":"paste","id":-1,"chars":1,"lines":1,"content":""}]}}',
  '{"method":"run","params":{"input":[{"kind":"paste","id":4294967296,"chars":1,"lines":1,"content":""}]}}',
  '{"method":"notify","params":{"message":7}}',
  '{"method":"pod_event","params":{"kind":"moved","pod_name":"c"}}',
  '{"method":"rewind_to","params":{"target":{"segment_id":"s","user_input_entry_index":1.5},"expected_head_entries":1}}',
  '{"method":"list_completions","params":{"kind":"emoji","prefix":""}}',
  '{"method":"inspect_pod","params":{}}',
];

for (const line of MALFORMED) {
  Deno.test(`10.15-2 invalid_request for ${line || "an empty text"}`, () => {
    throws(() => parseMethod(line), (error) => {
      return error instanceof ProtocolError && error.code === "invalid_request" &&
        error.message.startsWith("invalid method: ");
    });
  });
}

Deno.test("10.15-2 the message names the place and what was found there", () => {
  throws(() => parseMethod('{"method":"run","params":{"input":[{"kind":"text"}]}}'), {
    message: /params\.input\.0\.content/,
  });
  throws(() => parseMethod('{"method":"get_history"}'), { message: /not "get_history"/ });
});
