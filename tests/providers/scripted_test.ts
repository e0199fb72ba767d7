import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";
import { yieldToEventLoop } from "../../lib/base/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../lib/protocol/mod.ts";
import type { Model, ModelEvent, ModelInfo } from "../../lib/providers/model.ts";
import { parseScenario } from "../../lib/providers/scenario.ts";
import { openScripted, scriptedModel } from "../../lib/providers/scripted.ts";

const INFO: ModelInfo = {
  provider: "scripted",
  id: "s.toml",
  scheme: "scripted",
  contextWindow: 200_000,
};
const USER = textMessage("user", "hi");

async function modelOf(toml: string): Promise<Model> {
  return scriptedModel({ scenario: await parseScenario(toml, "s.toml"), info: INFO });
}

function open(model: Model, items: readonly Item[] = [USER], signal?: AbortSignal) {
  const request = { system: null, items, tools: [], config: DEFAULT_REQUEST_CONFIG };
  return model.stream(request, signal ?? new AbortController().signal);
}

function textOf(events: readonly ModelEvent[]): string {
  return events.map((event) => event.type === "block_delta" ? event.text : "").join("");
}

async function answerText(model: Model, items?: readonly Item[]): Promise<string> {
  return textOf(await Array.fromAsync(open(model, items)));
}

function call(id: string): Item {
  return { kind: "tool_call", call_id: id, name: "Glob", arguments: "{}" };
}

function result(id: string, summary: string, content?: string): Item {
  return { kind: "tool_result", call_id: id, summary, ...(content !== undefined && { content }) };
}

Deno.test("an answer is thinking, text, calls, usage and stop, in this order", async () => {
  const model = await modelOf(`
    [[answer]]
    thinking = "Hm."
    text = ["Hello, ", "World!"]
    usage = { input_tokens = 9, output_tokens = 2, cache_read_tokens = 4 }
    [[answer.tool_call]]
    name = "Read"
    id = "page"
    arguments = { file_path = "/a", limit = 5 }
  `);
  deepEqual(await Array.fromAsync(open(model)), [
    { type: "block_start", index: 0, block: { kind: "thinking" } },
    { type: "block_delta", index: 0, text: "Hm." },
    { type: "block_stop", index: 0 },
    { type: "block_start", index: 1, block: { kind: "text" } },
    { type: "block_delta", index: 1, text: "Hello, " },
    { type: "block_delta", index: 1, text: "World!" },
    { type: "block_stop", index: 1 },
    { type: "block_start", index: 2, block: { kind: "tool_call", id: "page", name: "Read" } },
    { type: "block_delta", index: 2, text: '{"file_path":"/a","limit":5}' },
    { type: "block_stop", index: 2 },
    {
      type: "usage",
      usage: { inputTokens: 9, outputTokens: 2, cacheReadTokens: 4, cacheWriteTokens: null },
    },
    { type: "stop", reason: "tool_use" },
  ]);
});

Deno.test("arguments given as JSON text are sent as they are, in the given pieces", async () => {
  const model = await modelOf(`
    [[answer]]
    [[answer.tool_call]]
    name = "A"
    arguments = ['{"city":', '"{{x}}"}']
    [[answer.tool_call]]
    name = "B"
    arguments = "{not json"
    [[answer.tool_call]]
    name = "C"
  `);
  const deltas = (await Array.fromAsync(open(model))).filter((e) => e.type === "block_delta");
  deepEqual(deltas.map((event) => [event.index, event.text]), [
    [0, '{"city":'],
    [0, '"{{x}}"}'],
    [1, "{not json"],
  ]);
});

Deno.test("answers are played in order; a request beyond the last fails with status 500", async () => {
  const model = await modelOf("[[answer]]\ntext = 'one'\n[[answer]]\ntext = 'two'");
  equal(await answerText(model), "one");
  equal(await answerText(model), "two");
  await rejects(answerText(model), {
    name: "ModelError",
    kind: "api",
    status: 500,
    message: "API error (status: 500): s.toml has no answer for request 3",
  });
});

Deno.test("loop starts over after the last answer; without any answer there is nothing to loop", async () => {
  const model = await modelOf("loop = true\n[[answer]]\ntext = 'a'\n[[answer]]\ntext = 'b'");
  const texts = [];
  for (let round = 0; round < 5; round++) texts.push(await answerText(model));
  deepEqual(texts, ["a", "b", "a", "b", "a"]);
  await rejects(answerText(await modelOf("loop = true\nanswer = []")), { status: 500 });
});

Deno.test("a call that is made again gets an id of its own, also after a restart", async () => {
  const toml = "loop = true\n[[answer]]\n[[answer.tool_call]]\nid = 'files'\nname = 'Glob'";
  const idAfter = async (items: Item[]) => {
    const [first] = await Array.fromAsync(open(await modelOf(toml), items));
    return first?.type === "block_start" && first.block.kind === "tool_call" && first.block.id;
  };
  equal(await idAfter([USER]), "files");
  equal(await idAfter([USER, call("files"), result("files", "")]), "files-2");
  equal(await idAfter([call("other-7"), call("files-2"), result("files-2", "")]), "files-3");
});

Deno.test("placeholders are filled from the newest results and the user's text", async () => {
  const model = await modelOf(`
    [[answer]]
    text = [
      "{{files.summary}}|{{ files.first_line }}|{{files.line_count}}|",
      "{{files.content}}|{{input}}|{{page.summary ?? files.first_line}}|{{page.content ?? 'none'}}",
    ]
    [[answer.tool_call]]
    id = "files"
    name = "Glob"
    [[answer.tool_call]]
    id = "page"
    name = "Read"
    arguments = { file_path = "{{files.first_line}}", deep = [{ n = 1, text = "{{input}}" }] }
  `);
  const items = [
    USER,
    result("files", "old", "/old"),
    textMessage("user", 'say "hi"'),
    result("files-2", "Found 2", "/a\n/b\n"),
  ];
  const events = await Array.fromAsync(open(model, items));
  const texts = events.filter((event) => event.type === "block_delta").map((event) => event.text);
  deepEqual(
    texts,
    [
      "Found 2|/a|2|",
      '/a\n/b\n|say "hi"|/a|none',
      '{"file_path":"/a","deep":[{"n":1,"text":"say \\"hi\\""}]}',
    ],
  );
});

Deno.test("a preview is eight lines of 120 characters", async () => {
  const model = await modelOf(
    "[[answer]]\ntext = '{{page.preview}}'\n[[answer.tool_call]]\nid = 'page'\nname = 'Read'",
  );
  const content = ["x".repeat(200), ..."123456789"].join("\n");
  const lines = (await answerText(model, [result("page", "", content)])).split("\n");
  deepEqual(lines, ["x".repeat(120) + "…", ..."1234567"]);
});

Deno.test("a placeholder that stands for nothing fails the call and says which one", async () => {
  const model = await modelOf(
    "[[answer]]\ntext = '{{page.content}}'\n[[answer.tool_call]]\nid = 'page'\nname = 'Read'",
  );
  await rejects(answerText(model), {
    kind: "config",
    message: "Config error: s.toml: answer.0.text: {{page.content}} stands for nothing here; " +
      "add ?? 'text'",
  });
});

Deno.test("answers whose conditions do not hold are passed over", async () => {
  const toml = `
    [[answer]]
    when = "files.content"
    text = "some"
    [[answer]]
    unless = "files.content"
    text = "none"
    [[answer]]
    text = "end"
    [[answer.tool_call]]
    id = "files"
    name = "Glob"
  `;
  const some = [USER, result("files", "Found 1", "/a")];
  const none = [USER, result("files", "No files", "")];
  equal(await answerText(await modelOf(toml), some), "some");
  equal(await answerText(await modelOf(toml), none), "none");
  const model = await modelOf(toml);
  equal(await answerText(model, some), "some");
  match(await answerText(model, some), /^end/);
});

Deno.test("errors have the kinds and texts of real ones", async () => {
  const cases: [toml: string, expected: Record<string, unknown>][] = [
    ["message = 'busy', status = 503, code = 'overloaded', retry_after_ms = 1500", {
      kind: "api",
      status: 503,
      apiCode: "overloaded",
      retryAfterMs: 1500,
      message: "API error (status: 503) [overloaded]: busy",
    }],
    ["message = 'full', code = 'overloaded_error'", {
      kind: "api",
      status: undefined,
      message: "API error [overloaded_error]: full",
    }],
    ["kind = 'transport', message = 'refused'", {
      kind: "transport",
      message: "HTTP error: refused",
    }],
    ["kind = 'timeout', message = 'stream_open timed out after 20s'", {
      kind: "timeout",
      message: "stream_open timed out after 20s",
    }],
    ["kind = 'broken', message = 'cut'", { kind: "broken", message: "SSE parse error: cut" }],
    ["kind = 'config', message = 'no'", { kind: "config", message: "Config error: no" }],
  ];
  for (const [error, expected] of cases) {
    const model = await modelOf(`[[answer]]\nerror = { ${error} }`);
    await rejects(answerText(model), { name: "ModelError", ...expected });
  }
});

Deno.test("an error comes after the given number of events, at the latest before the stop", async () => {
  const seenBefore = async (afterEvents: number) => {
    const model = await modelOf(
      `[[answer]]\ntext = ["a", "b"]\n` +
        `error = { kind = "broken", message = "cut", after_events = ${afterEvents} }`,
    );
    const seen: string[] = [];
    const reading = (async () => {
      for await (const event of open(model)) seen.push(event.type);
    })();
    await rejects(reading, { kind: "broken" });
    return seen;
  };
  deepEqual(await seenBefore(0), []);
  deepEqual(await seenBefore(2), ["block_start", "block_delta"]);
  deepEqual(await seenBefore(99), ["block_start", "block_delta", "block_delta", "block_stop"]);
});

Deno.test("a stalled answer never ends by itself, and ends silently when it is aborted", async () => {
  for (const [text, expected] of [["", 0], ["text = ['a', 'b']", 3]] as const) {
    const abort = new AbortController();
    const model = await modelOf(`[[answer]]\nstall = true\n${text}`);
    const seen: ModelEvent[] = [];
    let ended = false;
    const reading = (async () => {
      for await (const event of open(model, [USER], abort.signal)) seen.push(event);
      ended = true;
    })();
    for (let turn = 0; turn < 100; turn++) await yieldToEventLoop();
    equal(seen.length, expected);
    equal(ended, false);
    abort.abort();
    await reading;
    equal(seen.length, expected);
  }
});

Deno.test("an abort ends waits at once", async () => {
  for (const wait of ["delay_ms = 60_000", "chunk_delay_ms = 60_000"]) {
    const abort = new AbortController();
    const model = await modelOf(`[[answer]]\ntext = ["a", "b"]\n${wait}`);
    const reading = Array.fromAsync(open(model, [USER], abort.signal));
    setTimeout(() => abort.abort(), 10);
    ok(textOf(await reading).length <= 1);
  }
});

Deno.test("an abort from outside is heard in the middle of many deltas", async () => {
  const model = await modelOf("[[answer]]\ntext = 'ab'\nrepeat_text = 10_000_000");
  const abort = new AbortController();
  setTimeout(() => abort.abort(), 10);
  let deltas = 0;
  for await (const event of open(model, [USER], abort.signal)) {
    if (event.type === "block_delta") deltas++;
  }
  ok(deltas < 10_000_000);
});

Deno.test("repeat_text sends a text as often as it says, without a timer between", async () => {
  const model = await modelOf("[[answer]]\ntext = ['ab', 'c']\nrepeat_text = 50_000");
  let deltas = 0;
  for await (const event of open(model)) if (event.type === "block_delta") deltas++;
  equal(deltas, 100_000);
});

Deno.test("openScripted reads the file that it is told, and knows the built-in tour", async () => {
  const read: string[] = [];
  const readText = (path: string) => {
    read.push(path);
    return Promise.resolve("[[answer]]\ntext = 'from the file'");
  };
  equal(await answerText(await openScripted(INFO, "/tmp/s.toml", readText)), "from the file");
  deepEqual(read, ["/tmp/s.toml"]);
  const demo = { ...INFO, provider: "demo" };
  match(await answerText(await openScripted(demo, "tour", readText)), /^A directory/);
  deepEqual(read, ["/tmp/s.toml"]);
  await rejects(openScripted(demo, "constructor", readText), {
    name: "ProviderError",
    message: "scenario demo/constructor: not built in; there is: demo/tour",
  });
});
