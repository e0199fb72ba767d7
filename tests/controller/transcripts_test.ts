import { ModelError } from "../../lib/providers/mod.ts";
import { CountingTool, untilAborted } from "../support/counting_tool.ts";
import {
  answer,
  apiError,
  call,
  EventModel,
  type Played,
  text,
  thinking,
} from "../support/event_model.ts";
import { ServedPod } from "../support/served_pod.ts";
import { half } from "./hanging_tool.ts";
import { connectRaw, hearUntil, userInput } from "./hear.ts";
import { play } from "./play.ts";
import {
  accepted,
  callEnded,
  cancelled,
  finished,
  halfAnswered,
  notified,
  paused,
  said,
} from "./transcript_lines.ts";

Deno.test("10.7.1 10.15-10 the first run of a fresh pod, text only", async () => {
  await using served = await ServedPod.start({
    model: `
      [[answer]]
      text = ["Hi", " there"]
      usage = { input_tokens = 120, output_tokens = 4 }`,
  });
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"Hello"}]}}
    S< {"event":"status","data":{"status":"running"}}
    L: {"kind":"segment_start","ts":0,"session_id":"SESSION","system_prompt":"You are a test.","config":{"max_tokens":null,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":null},"history":[]}
    L: {"kind":"extension","ts":0,"domain":"pod.scope","payload":{"allow":[{"permission":"write","recursive":true,"target":"/pod"}],"deny":[]}}
    S< {"event":"segment_rotated","data":{"entry":{"kind":"segment_start","ts":0,"session_id":"SESSION","system_prompt":"You are a test.","config":{"max_tokens":null,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":null},"history":[]}}}
    L: {"kind":"invoke","ts":0,"trigger":"user_send"}
    L: {"kind":"user_input","ts":0,"segments":[{"kind":"text","content":"Hello"}]}
    S< {"event":"invoke_start","data":{"kind":"user_send"}}
    S< {"event":"user_message","data":{"segments":[{"kind":"text","content":"Hello"}]}}
    S< {"event":"turn_start","data":{"turn":0}}
    S< {"event":"llm_call_start","data":{"llm_call":0}}
    S< {"event":"text_delta","data":{"text":"Hi"}}
    S< {"event":"text_delta","data":{"text":" there"}}
    S< {"event":"text_done","data":{"text":"Hi there"}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"Hi there"}]}}
    L: {"kind":"llm_usage","ts":0,"history_len":1,"input_total_tokens":120,"cache_read_tokens":0,"cache_write_tokens":0,"output_tokens":4}
    S< {"event":"usage","data":{"input_tokens":120,"output_tokens":4}}
    S< {"event":"llm_call_end","data":{"llm_call":0}}
    S< {"event":"turn_end","data":{"turn":0,"result":"finished","stop_reason":"end_turn"}}
    L: {"kind":"turn_end","ts":0,"turn_count":1}
    L: {"kind":"run_completed","ts":0,"interrupted":false,"result":"finished"}
    S< {"event":"run_end","data":{"result":"finished"}}
    S< {"event":"status","data":{"status":"idle"}}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.2 thinking and a tool call, in a later run", async () => {
  await using served = await afterFirstRun(
    [
      answer(
        thinking(undefined, "look"),
        call("call_1", "Read", '{"file_path":', '"/p/a"}'),
      ),
      answer(text("It says abc.")),
    ],
    new CountingTool("Read", () => ({ summary: "Read 3 bytes", content: "abc" })),
  );
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    S< {"event":"thinking_start"}
    S< {"event":"thinking_delta","data":{"text":"look"}}
    S< {"event":"thinking_done","data":{"text":"look"}}
    S< {"event":"tool_call_start","data":{"id":"call_1","name":"Read"}}
    S< {"event":"tool_call_args_delta","data":{"id":"call_1","json":"{\\"file_path\\":"}}
    S< {"event":"tool_call_args_delta","data":{"id":"call_1","json":"\\"/p/a\\"}"}}
    S< {"event":"tool_call_done","data":{"id":"call_1","name":"Read","arguments":"{\\"file_path\\":\\"/p/a\\"}"}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"reasoning","text":"look"}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"tool_call","call_id":"call_1","name":"Read","arguments":"{\\"file_path\\":\\"/p/a\\"}"}}
    ${callEnded({ call: 1, turn: 1, items: 3 })}
    L: {"kind":"tool_result","ts":0,"item":{"kind":"tool_result","call_id":"call_1","summary":"Read 3 bytes","content":"abc"}}
    S< {"event":"tool_result","data":{"id":"call_1","summary":"Read 3 bytes","output":"abc","is_error":false}}
    S< {"event":"turn_start","data":{"turn":2}}
    S< {"event":"llm_call_start","data":{"llm_call":2}}
    ${said("It says abc.")}
    ${callEnded({ call: 2, turn: 2, items: 6 })}
    ${finished({ turns: 3 })}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.3 pause during text, then resume", async () => {
  await using served = await afterFirstRun([half("partial"), answer(text("resumed output"))]);
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    S< {"event":"text_delta","data":{"text":"partial"}}
    C> {"method":"pause"}
    S< {"event":"llm_call_end","data":{"llm_call":1}}
    S< {"event":"turn_end","data":{"turn":1,"result":"paused"}}
    ${paused({ turns: 1 })}
    C> {"method":"resume"}
    S< {"event":"status","data":{"status":"running"}}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":2}}
    ${said("resumed output")}
    ${callEnded({ call: 2, turn: 1, items: 3 })}
    ${finished({ turns: 2 })}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.4 pause inside a tool, then a fresh run", async () => {
  const tool = new CountingTool("Read", async (_input, { signal }) => {
    await untilAborted(signal);
    throw signal.reason;
  });
  await using served = await afterFirstRun(
    [answer(call("call_1", "Read", "{}")), answer(text("done"))],
    tool,
  );
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    S< {"event":"tool_call_start","data":{"id":"call_1","name":"Read"}}
    S< {"event":"tool_call_args_delta","data":{"id":"call_1","json":"{}"}}
    S< {"event":"tool_call_done","data":{"id":"call_1","name":"Read","arguments":"{}"}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"tool_call","call_id":"call_1","name":"Read","arguments":"{}"}}
    ${callEnded({ call: 1, turn: 1, items: 3 })}
    C> {"method":"pause"}
    L: {"kind":"tool_result","ts":0,"item":{"kind":"tool_result","call_id":"call_1","summary":"[Interrupted by user]","is_error":true}}
    S< {"event":"tool_result","data":{"id":"call_1","summary":"[Interrupted by user]","is_error":true}}
    ${paused({ turns: 2 })}
    C> {"method":"run","params":{"input":[{"kind":"text","content":"new request"}]}}
    S< {"event":"status","data":{"status":"running"}}
    L: {"kind":"system_item","ts":0,"item":{"kind":"interrupt","body":"[The previous turn was interrupted by the user. The user's next request follows.]"}}
    S< {"event":"system_item","data":{"item":{"kind":"interrupt","body":"[The previous turn was interrupted by the user. The user's next request follows.]"}}}
    L: {"kind":"invoke","ts":0,"trigger":"user_send"}
    L: {"kind":"user_input","ts":0,"segments":[{"kind":"text","content":"new request"}]}
    S< {"event":"invoke_start","data":{"kind":"user_send"}}
    S< {"event":"user_message","data":{"segments":[{"kind":"text","content":"new request"}]}}
    S< {"event":"turn_start","data":{"turn":2}}
    S< {"event":"llm_call_start","data":{"llm_call":2}}
    ${said("done")}
    ${callEnded({ call: 2, turn: 2, items: 7 })}
    ${finished({ turns: 3 })}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.5 cancel after output", async () => {
  await using served = await afterFirstRun([half("half")]);
  await play(
    served,
    `
    ${halfAnswered}
    C> {"method":"cancel"}
    ${cancelled({ call: 1, turns: 1 })}
    `,
  );
});

for (const method of ["cancel", "pause"]) {
  Deno.test(`10.7.6 ${method} before any output`, async () => {
    await using served = await afterFirstRun([{ stall: true }]);
    await play(
      served,
      `
      C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
      ${accepted("go")}
      S< {"event":"turn_start","data":{"turn":1}}
      S< {"event":"llm_call_start","data":{"llm_call":1}}
      C> {"method":"${method}"}
      S< {"event":"llm_call_end","data":{"llm_call":1}}
      L: cut to 8 entries
      S< {"event":"run_end","data":{"result":"rolled_back"}}
      S< {"event":"status","data":{"status":"idle"}}
      U> {"kind":"errored","pod_name":"test","message":"the turn was stopped before it had begun, and its input was taken back"}
      `,
    );
  });
}

Deno.test("10.7.7 notify while idle, while running and while paused", async () => {
  await using served = await afterFirstRun([
    answer(text("pong")),
    half("partial"),
    answer(text("seen")),
  ]);
  await play(
    served,
    `
    C> {"method":"notify","params":{"message":"ping"}}
    S< {"event":"status","data":{"status":"running"}}
    L: {"kind":"invoke","ts":0,"trigger":"notify"}
    S< {"event":"invoke_start","data":{"kind":"notify"}}
    S< {"event":"turn_start","data":{"turn":1}}
    ${notified("ping")}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    ${said("pong")}
    ${callEnded({ call: 1, turn: 1, items: 3 })}
    ${finished({ turns: 2 })}
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":2}}
    S< {"event":"llm_call_start","data":{"llm_call":2}}
    S< {"event":"text_delta","data":{"text":"partial"}}
    C> {"method":"notify","params":{"message":"second"}}
    L: {"kind":"extension","ts":0,"domain":"pod.notification","payload":{"kind":"notification","message":"second"}}
    C> {"method":"pause"}
    S< {"event":"llm_call_end","data":{"llm_call":2}}
    S< {"event":"turn_end","data":{"turn":2,"result":"paused"}}
    ${paused({ turns: 2 })}
    C> {"method":"notify","params":{"message":"third"}}
    L: {"kind":"extension","ts":0,"domain":"pod.notification","payload":{"kind":"notification","message":"third"}}
    C> {"method":"resume"}
    S< {"event":"status","data":{"status":"running"}}
    S< {"event":"turn_start","data":{"turn":2}}
    ${notified("second")}
    ${notified("third")}
    S< {"event":"llm_call_start","data":{"llm_call":3}}
    ${said("seen")}
    ${callEnded({ call: 3, turn: 2, items: 7 })}
    ${finished({ turns: 3 })}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.6.7 10.15-28 a stream that breaks after a whole text and in another one", async () => {
  const error = new ModelError("broken", "SSE parse error: closed");
  const events = [...text("Whole.")(0), ...text("Half")(1).slice(0, -1)];
  await using served = await afterFirstRun([{ events, error }, answer(text(" Rest."))]);
  const note = JSON.stringify(
    "[The connection broke while you were answering. What you had said until then is above. Go on " +
      "where it ends, without saying it again. No tool has been called since.]",
  );
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    S< {"event":"text_delta","data":{"text":"Whole."}}
    S< {"event":"text_done","data":{"text":"Whole."}}
    S< {"event":"text_delta","data":{"text":"Half"}}
    S< {"event":"llm_call_end","data":{"llm_call":1}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"Whole."}]}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"message","role":"system","content":[{"kind":"text","text":${note}}]}}
    S< {"event":"llm_continuation","data":{"llm_call":1,"attempt":1,"max_attempts":3,"reason":"SSE parse error: closed"}}
    S< {"event":"llm_call_start","data":{"llm_call":2}}
    ${said(" Rest.")}
    ${callEnded({ call: 2, turn: 1, items: 5 })}
    ${finished({ turns: 2 })}
    U> {"kind":"turn_ended","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.8 10.15-26 a provider error", async () => {
  await using served = await afterFirstRun(
    [1, 2, 3, 4].map(() => ({ error: apiError(503, "overloaded") })),
  );
  const retry = (attempt: number) =>
    `S< {"event":"llm_retry","data":{"llm_call":1,"failed_attempt":${attempt},"max_attempts":4,"wait_ms":0,"elapsed_ms":0,"status":503,"error":"API error (status: 503): overloaded"}}`;
  const message = "Client error: API error (status: 503): overloaded";
  await play(
    served,
    `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    ${retry(1)}
    ${retry(2)}
    ${retry(3)}
    S< {"event":"llm_call_end","data":{"llm_call":1}}
    L: {"kind":"turn_end","ts":0,"turn_count":1}
    L: {"kind":"run_errored","ts":0,"interrupted":true,"message":"${message}"}
    S< {"event":"error","data":{"code":"provider_error","message":"${message}"}}
    S< {"event":"status","data":{"status":"idle"}}
    U> {"kind":"errored","pod_name":"test","message":"${message}"}
    `,
  );
});

Deno.test("10.7.9 shutdown during a turn", async () => {
  await using served = await afterFirstRun([half("half")]);
  await play(
    served,
    `
    ${halfAnswered}
    C> {"method":"shutdown"}
    ${cancelled({ call: 1, turns: 1 })}
    S< {"event":"shutdown"}
    U> {"kind":"shut_down","pod_name":"test"}
    `,
  );
});

Deno.test("10.7.10 rejections", async () => {
  await using served = await afterFirstRun([half("half")]);
  await play(
    served,
    `
    C> {"method":"resume"}
    D< {"event":"error","data":{"code":"not_paused","message":"Pod is not paused"}}
    C> {"method":"cancel"}
    D< {"event":"error","data":{"code":"not_running","message":"Pod is not running"}}
    ${halfAnswered}
    C> {"method":"run","params":{"input":[{"kind":"text","content":"more"}]}}
    D< {"event":"error","data":{"code":"already_running","message":"Pod is already executing a turn"}}
    C> {"method":"compact"}
    D< {"event":"error","data":{"code":"already_running","message":"Pod is already executing a turn; rewind/compact can only run while idle or paused"}}
    C> {nope
    D< {"event":"error","data":{"code":"invalid_request","message":"invalid method: …"}}
    C> {"method":"cancel"}
    ${cancelled({ call: 1, turns: 1 })}
    `,
  );
});

/** A pod whose first run, with one turn and one call of the model, is over. */
async function afterFirstRun(
  answers: readonly (Played | ReturnType<typeof answer>)[],
  ...tools: CountingTool[]
): Promise<ServedPod> {
  const model = new EventModel(answer(text("ok")), ...answers);
  const served = await ServedPod.start({ model, tools });
  using client = await connectRaw(served.path);
  await client.send(userInput("first"));
  await hearUntil(client, "status idle");
  return served;
}
