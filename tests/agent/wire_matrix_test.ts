/** The turn loop over real HTTP: what comes out of it for every wire scheme, whatever becomes of a stream. */
import { byteLength } from "../../lib/base/mod.ts";
import { type Item, type MessageItem, messageText, textMessage } from "../../lib/protocol/mod.ts";
import { type Model, modelName } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import {
  dataOf,
  type DrivenRun,
  driveTurns,
  eventNames,
  resultsIn,
  runErrorOf,
  turnsRequest,
} from "../support/drive_turns.ts";
import { EXHAUSTIVE } from "../support/exhaustive.ts";
import { openWire, resolvedModel } from "../support/model_calls.ts";
import type { Speech } from "../support/model_frames.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";
import { type Scheme, SCHEMES } from "../support/schemes.ts";
import type { SentItem } from "../support/wire_rules.ts";

const USER_HI: Item = textMessage("user", "hi");
const SENT_HI: SentItem = { kind: "text", role: "user", text: "hi" };
const DONE: Answer = { text: "Done." };

/** Thoughts, a text and two calls, with characters of several bytes. */
const LOOKING: Speech = {
  thinking: ["Lët me ", "see."],
  signature: "SIG1",
  text: ["I löok ", "🌍."],
  toolCalls: [
    { id: "c1", name: "Read", input: { file_path: "/w/ä" } },
    { id: "c2", name: "Read", input: ['{"file_', 'path":"/w/b"}'] },
  ],
};
/** What comes with the answer `LOOKING` when another model of the vendor goes on, by who carries a signature. */
const SIGNATURES_FOR_ANOTHER = {
  // The API itself leaves out what a model may not read.
  thought: ["SIG1"],
  sealed: [],
  // Calls of strangers carry what Google documents for them.
  call: ["skip_thought_signature_validator"],
  none: [],
};

/** One run of a model that is asked over HTTP. */
interface Driven {
  /** As reasoning remembers it. */
  readonly model: string;
  readonly run: DrivenRun;
  readonly history: readonly Item[];
  readonly tool: CountingTool;
}

async function drive(model: Model, before: readonly Item[] = []): Promise<Driven> {
  const history: Item[] = [...before, USER_HI];
  const tool = new CountingTool("Read", (_input, { callId }) => ({ summary: `read ${callId}` }));
  const run = await driveTurns(
    turnsRequest({ model, system: "You are a test.", history, tools: [tool], cacheKey: "key" }),
  );
  return { model: modelName(model.info), run, history, tool };
}

/** A run, and what was sent for it. */
async function converse(
  { scheme, read }: Scheme,
  answers: readonly Answer[],
  before: readonly Item[] = [],
) {
  await using server = startModelServer(answers);
  const driven = await drive(await openWire(resolvedModel(scheme, server.url)), before);
  return { ...driven, sent: server.requests.map(read) };
}

/** A message of the model's, as a scheme keeps it. */
function answered({ hasPhases }: Scheme, text: string, phase: MessageItem["phase"]): Item {
  return { ...textMessage("assistant", text), ...(hasPhases && { phase }) };
}

/** What was thought, as a scheme keeps it. */
function thought({ scheme, signed }: Scheme, text: string, signature: string, model: string): Item {
  const author = { kind: "reasoning" as const, scheme, model };
  if (signed === "sealed") {
    return { ...author, text: "", summary: [text], encrypted_content: signature };
  }
  return { ...author, text, ...(signed === "thought" && { signature }) };
}

/** What `LOOKING` of a model is in the history and in later requests: what it says, then its calls. */
function looking(wire: Scheme, model: string) {
  const { scheme, signed } = wire;
  const signature = "SIG1";
  const said: Item[] = [
    thought(wire, "Lët me see.", signature, model),
    answered(wire, "I löok 🌍.", "commentary"),
  ];
  const called: Item[] = [
    ...(signed === "call"
      ? [{ kind: "reasoning" as const, text: "", signature, scheme, model }]
      : []),
    { kind: "tool_call", call_id: "c1", name: "Read", arguments: '{"file_path":"/w/ä"}' },
    { kind: "tool_call", call_id: "c2", name: "Read", arguments: '{"file_path":"/w/b"}' },
  ];
  const sentSaid: SentItem[] = [
    ...(signed === "thought" || signed === "sealed"
      ? [{ kind: "thinking" as const, text: "Lët me see.", signature }]
      : []),
    { kind: "text", role: "assistant", text: "I löok 🌍." },
  ];
  const sentCalled: SentItem[] = [
    {
      kind: "call",
      id: "c1",
      name: "Read",
      input: { file_path: "/w/ä" },
      ...(signed === "call" && { signature }),
    },
    { kind: "call", id: "c2", name: "Read", input: { file_path: "/w/b" } },
  ];
  return { said, called, sentSaid, sentCalled };
}

for (const wire of SCHEMES) {
  const { scheme } = wire;

  Deno.test(`20.13-1 20.12-W2 ${scheme}: a text, shown as it comes`, async () => {
    const { run, history, sent } = await converse(wire, [{ text: ["Hello, ", "World!"] }]);
    deepEqual(history, [USER_HI, answered(wire, "Hello, World!", "final_answer")]);
    deepEqual(eventNames(run), [
      "turn_start",
      "llm_call_start",
      "text_delta",
      "text_delta",
      "text_done",
      "usage",
      "llm_call_end",
      "turn_end",
    ]);
    deepEqual(sent.map(({ items }) => items), [[SENT_HI]]);
    deepEqual([sent[0]?.system, sent[0]?.tools], ["You are a test.", ["Read"]]);
  });

  Deno.test(`20.13-35 20.12-W1 ${scheme}: thoughts and two calls side by side`, async () => {
    const { model, run, history, tool, sent } = await converse(wire, [LOOKING, DONE]);
    const { said, called, sentSaid, sentCalled } = looking(wire, model);
    deepEqual(history, [
      USER_HI,
      ...said,
      ...called,
      { kind: "tool_result", call_id: "c1", summary: "read c1" },
      { kind: "tool_result", call_id: "c2", summary: "read c2" },
      answered(wire, "Done.", "final_answer"),
    ]);
    deepEqual(tool.begun.map(({ id, input }) => [id, input.file_path]), [
      ["c1", "/w/ä"],
      ["c2", "/w/b"],
    ]);
    deepEqual(dataOf(run, "tool_call_done").map(({ id }) => id), ["c1", "c2"]);
    deepEqual(sent[1]?.items, [
      SENT_HI,
      ...sentSaid,
      ...sentCalled,
      { kind: "result", id: "c1", text: "read c1", failed: false },
      { kind: "result", id: "c2", text: "read c2", failed: false },
    ]);
  });

  Deno.test(`20.12-W14 ${scheme}: thoughts go back to whom can read them when the model changes`, async () => {
    await using server = startModelServer([LOOKING, DONE, DONE, DONE]);
    let history: readonly Item[] = [];
    for (const modelId of ["first", "second", "first"]) {
      const model = await openWire(resolvedModel(scheme, server.url, { modelId }));
      ({ history } = await drive(model, history));
    }
    const signatures = server.requests.slice(2).map((request) =>
      wire.read(request).items.flatMap((item) => "signature" in item ? [item.signature] : [])
    );
    deepEqual(signatures, [
      SIGNATURES_FOR_ANOTHER[wire.signed ?? "none"],
      wire.signed ? ["SIG1"] : [],
    ]);
  });

  Deno.test(`20.13-9 20.12-W32 ${scheme}: the model is told that a call failed`, async () => {
    const toolCalls = [{ id: "c9", name: "Nope" }];
    const { run, sent } = await converse(wire, [{ signature: "SIG1", toolCalls }, DONE]);
    equal(run.result, "finished");
    const result = sent[1]?.items.at(-1);
    ok(result?.kind === "result" && result.text.endsWith("Tool 'Nope' not found"));
    deepEqual([result.id, result.failed], ["c9", true]);
  });

  Deno.test(`20.13-28 ${scheme}: usage with a part from the cache`, async () => {
    const { run } = await converse(wire, [{
      text: "Hi",
      usage: { input: 100, cacheRead: 800, output: 7 },
    }]);
    deepEqual(dataOf(run, "usage"), [
      { input_tokens: 900, output_tokens: 7, cache_read_input_tokens: 800 },
    ]);
    const [step] = run.steps.flatMap((step) => step.kind === "usage" ? [step] : []);
    equal(step?.historyLength, 1);
  });

  Deno.test(`20.12-W25 ${scheme}: a refusal is kept, and people are told`, async () => {
    const { run, history, sent } = await converse(wire, [wire.refusal]);
    equal(run.result, "finished");
    const [, answer] = history;
    // Gemini's is followed by the reason that the API gives.
    ok(answer?.kind === "message" && messageText(answer).startsWith("I cannot."));
    equal(dataOf(run, "turn_end")[0]?.stop_reason, "refusal");
    equal(dataOf(run, "alert")[0]?.message, "the model declined to answer");
    equal(sent.length, 1);
    const next = await converse(wire, [DONE], history);
    const repeated = next.sent[0]?.items.slice(1, -1).map((item) => "text" in item && item.text);
    equal(repeated?.join(""), messageText(answer));
  });

  Deno.test(`20.13-27 ${scheme}: an error in the stream ends the run truthfully`, async () => {
    const inStreamError = { type: "context_length_exceeded", message: "too long" };
    const { run, history, tool } = await converse(wire, [{ ...LOOKING, inStreamError }]);
    equal(runErrorOf(run), "Client error: API error [context_length_exceeded]: too long");
    deepEqual(history, [USER_HI]);
    deepEqual(tool.begun, []);
    equal(eventNames(run).at(-1), "llm_call_end");
    const next = await converse(wire, [DONE], history);
    deepEqual(next.sent[0]?.items, [SENT_HI, SENT_HI]);
  });

  Deno.test(`20.12-W3 ${scheme}: an error in the stream that passes is a break`, async () => {
    const inStreamError = { type: "overloaded_error", message: "busy" };
    const driven = await converse(wire, [{ ...LOOKING, inStreamError }, DONE]);
    equal(driven.run.result, "finished");
    deepEqual(dataOf(driven.run, "llm_continuation").map(({ reason }) => reason), [
      "API error [overloaded_error]: busy",
    ]);
    deepEqual(driven.tool.begun, []);
    equal(driven.history.some(({ kind }) => kind === "tool_call"), false);
  });

  Deno.test(`20.13-25 20.12-W4 ${scheme}: a connection that ends at any byte`, async () => {
    const modelId = "some-model";
    const total = byteLength(wire.frames(LOOKING, modelId).join(""));
    const cuts = cutsOf(total);
    await using server = startModelServer((_, index) => {
      const cut = cuts[index >> 1];
      return index % 2 === 1 ? DONE : { ...LOOKING, chunking: "whole", ...cut };
    });
    const model = await openWire(resolvedModel(scheme, server.url, { modelId }));
    const outcomes = new Set<string>();
    for (const [index, cut] of cuts.entries()) {
      const driven = await drive(model);
      const where = `${cut.cut} after byte ${cut.cutAfterBytes} of ${total}`;
      outcomes.add(checkCut(wire, driven, server, 2 * index, where));
    }
    deepEqual([...outcomes].sort(), ["anew", "continued", "retried", "whole"]);
  });
}

interface Cut {
  readonly cut: "broken" | "clean";
  readonly cutAfterBytes: number;
}

/** All places where a stream may end, by default a sample of them, in both ways by turns; the end in each. */
function cutsOf(total: number): Cut[] {
  const cuts: Cut[] = Array.from({ length: total + 1 }, (_, offset) => offset)
    .filter((offset) => EXHAUSTIVE || offset % 23 === 0 || offset > total - 20)
    .map((cutAfterBytes, index) => ({ cut: index % 2 ? "broken" : "clean", cutAfterBytes }));
  // A runtime may lose the last bytes with the connection.
  return [...cuts, { cut: "clean", cutAfterBytes: total }, { cut: "broken", cutAfterBytes: total }];
}

/** Checks a run whose first stream ended early; says what became of it. */
function checkCut(
  wire: Scheme,
  { model, run, history, tool }: Driven,
  { requests }: ModelServer,
  first: number,
  where: string,
): "whole" | "retried" | "anew" | "continued" {
  equal(run.result, "finished", where);
  equal(requests.length, first + 2, where);
  const [before, after] = requests.slice(first).map(wire.read);
  ok(before !== undefined && after !== undefined);
  deepEqual(before.items, [SENT_HI], where);
  deepEqual(history.at(-1), answered(wire, "Done.", "final_answer"), where);
  const retries = dataOf(run, "llm_retry").length;
  const continuations = dataOf(run, "llm_continuation").length;
  const { said, called, sentSaid } = looking(wire, model);

  if (retries + continuations === 0) {
    const answer = [...said, ...called];
    deepEqual(history.slice(1, 1 + answer.length), answer, where);
    deepEqual(resultsIn(history).map(({ call_id }) => call_id), ["c1", "c2"], where);
    equal(dataOf(run, "turn_end").length, 2, where);
    return "whole";
  }
  equal(retries + continuations, 1, where);
  deepEqual(tool.begun, [], where);
  equal(dataOf(run, "turn_end").length, 1, where);
  equal(dataOf(run, "llm_call_start").length, 1 + continuations, where);
  const kept = history.slice(1, -1);
  if (kept.length === 0) {
    deepEqual(after, before, where);
    return retries === 1 ? "retried" : "anew";
  }
  equal(retries, 0, where);
  deepEqual(kept.slice(0, -1), said, where);
  const note = kept.at(-1);
  ok(note?.kind === "message" && note.role === "system", where);
  deepEqual(after.items, [
    SENT_HI,
    ...sentSaid,
    { kind: "text", role: "user", text: messageText(note) },
  ], where);
  return "continued";
}
