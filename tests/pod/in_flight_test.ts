import { type Event, parseEvent } from "../../lib/protocol/mod.ts";
import type { ModelEvent } from "../../lib/providers/mod.ts";
import { deepEqual, equal, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, call, EventModel, refusal, text, thinking } from "../support/event_model.ts";
import { ClientView } from "./client_view.ts";
import { half } from "./hanging.ts";
import { at, Bench, changed } from "./support.ts";

type Snapshot = Extract<Event, { event: "snapshot" }>;

function snapshotOf(bench: Bench): Snapshot {
  const event = parseEvent(JSON.parse(bench.pod.snapshotJson()));
  ok(event.event === "snapshot");
  return event;
}

const ANSWERS: Readonly<Record<string, ModelEvent[][]>> = {
  "thinking, text and two calls": [
    answer(
      thinking({ signature: "S" }, "I ", "look"),
      text("Hel", "lo"),
      call("c1", "Echo", '{"a":', "1}"),
      call("c2", "Echo"),
    ),
    answer(text("done")),
  ],
  "texts that are one message": [
    answer(text("one"), text("two", "!"), thinking(undefined), text("three"), refusal("no")),
  ],
  "the same text twice, apart": [answer(text("a"), thinking(undefined, "hm"), text("a"))],
  "thoughts of every kind": [
    answer(
      thinking(undefined),
      thinking({ signature: "S" }),
      thinking({ text: "told at the end", signature: "S" }),
      thinking({ encryptedContent: "E" }),
      thinking({ text: "", summary: ["a plan"], encryptedContent: "E" }, "a ", "plan"),
      thinking(undefined, "step"),
      call("c1", "Echo"),
    ),
    answer(thinking(undefined, "again"), text("done")),
  ],
  "blocks side by side": [[
    ...text("a", "b")(0).slice(0, 2),
    ...call("c1", "Echo", "{", "}")(1).slice(0, 2),
    { type: "block_delta", index: 0, text: "b" },
    { type: "block_stop", index: 0 },
    { type: "block_delta", index: 1, text: "}" },
    { type: "block_stop", index: 1 },
    { type: "stop", reason: "tool_use" },
  ], answer(text("done"))],
};

for (const [name, answers] of Object.entries(ANSWERS)) {
  Deno.test(`10.8.2 10.8.3 10.15-38 whenever a client comes, it sees what others see: ${name}`, async () => {
    const joined: { readonly snapshot: Snapshot; readonly seen: number }[] = [];
    const join = () => joined.push({ snapshot: snapshotOf(bench), seen: bench.events.length });
    using bench = await Bench.open({
      model: new EventModel(...answers, ...answers.map(renamed)),
      tools: [
        new CountingTool("Echo", ({ a }) => {
          join();
          return { summary: `said ${a}` };
        }),
      ],
      wrapLog: (log) =>
        changed(log, {
          async sync() {
            join();
            await log.sync();
            join();
          },
        }),
    });
    join();
    bench.onEvent = ({ event }) => {
      if (event === "tool_call_start") {
        bench.pod.notify({ kind: "notification", message: "ping" }, false);
      }
      // A client can join wherever the pod waits for something, which is where this is run.
      queueMicrotask(join);
    };
    await bench.run("first");
    await bench.run("second");
    ok(joined.length > bench.events.length);

    const [first] = joined;
    ok(first !== undefined);
    const attached = new ClientView(first.snapshot);
    const lines = [
      attached.lines,
      ...bench.events.map((event) => {
        attached.add(event);
        return attached.lines;
      }),
    ];
    for (const { snapshot, seen } of joined) {
      const late = new ClientView(snapshot);
      deepEqual(late.lines, lines[seen], `at event ${seen}, ${bench.events[seen - 1]?.event}`);
      for (const [index, event] of bench.events.slice(seen).entries()) {
        late.add(event);
        deepEqual(late.lines, lines[seen + index + 1]);
      }
    }
  });
}

Deno.test("10.8.3 what is in flight at each event of a turn", async () => {
  const answers = ANSWERS["thinking, text and two calls"] ?? [];
  using bench = await Bench.open({ model: new EventModel(...answers) });
  const blocks: string[] = [];
  bench.onEvent = ({ event }) => {
    blocks.push(`${event}: ${JSON.stringify(snapshotOf(bench).data.in_flight?.blocks ?? [])}`);
  };
  await bench.run("go");
  const from = blocks.findIndex((line) => line.startsWith("llm_call_start"));
  const to = blocks.findIndex((line) => line.startsWith("usage"));
  const thought = '{"kind":"thinking","text":"I look","finished":true}';
  const said = '{"kind":"text","text":"Hello","finished":true}';
  const c1 = '"id":"c1","name":"Echo"';
  const called = `{"kind":"tool_call",${c1},"args":"{\\"a\\":1}","state":"done"}`;
  deepEqual(blocks.slice(from, to + 1), [
    "llm_call_start: []",
    'thinking_start: [{"kind":"thinking","text":""}]',
    'thinking_delta: [{"kind":"thinking","text":"I "}]',
    'thinking_delta: [{"kind":"thinking","text":"I look"}]',
    `thinking_done: [${thought}]`,
    `text_delta: [${thought},{"kind":"text","text":"Hel"}]`,
    `text_delta: [${thought},{"kind":"text","text":"Hello"}]`,
    `text_done: [${thought},${said}]`,
    `tool_call_start: [${thought},${said},{"kind":"tool_call",${c1},"args":""}]`,
    `tool_call_args_delta: [${thought},${said},` +
    `{"kind":"tool_call",${c1},"args":"{\\"a\\":","state":"streaming_args"}]`,
    `tool_call_args_delta: [${thought},${said},` +
    `{"kind":"tool_call",${c1},"args":"{\\"a\\":1}","state":"streaming_args"}]`,
    `tool_call_done: [${thought},${said},${called}]`,
    `tool_call_start: [${thought},${said},${called},` +
    '{"kind":"tool_call","id":"c2","name":"Echo","args":""}]',
    `tool_call_done: [${thought},${said},${called},` +
    '{"kind":"tool_call","id":"c2","name":"Echo","args":"{}","state":"done"}]',
    "usage: []",
  ]);
});

Deno.test("10.8.3 finished thoughts without text and texts without text are not listed", async () => {
  const model = new EventModel({
    events: [...thinking(undefined)(0), ...text("")(1)],
    stall: true,
  });
  using bench = await Bench.open({ model });
  const listed: number[] = [];
  bench.onEvent = ({ event }) => {
    const count = snapshotOf(bench).data.in_flight?.blocks.length ?? 0;
    if (/^(thinking|text)_/.test(event)) listed.push(count);
  };
  model.onStall = () => bench.stop("cancel");
  await bench.run("go");
  deepEqual(listed, [1, 0, 0, 0]);
});

Deno.test("10.8.3 nothing is in flight after a run, however it ended", async () => {
  for (const intent of ["pause", "cancel", "shutdown"] as const) {
    using bench = await Bench.open({ model: new EventModel(half("half")) });
    await bench.run("go", at("text_delta", intent));
    equal(snapshotOf(bench).data.in_flight, undefined);
    equal(bench.pod.snapshotJson().includes("half"), false);
  }
  using broken = await Bench.open({ model: new EventModel({ events: text("half")(0) }) });
  await broken.run("go");
  equal(snapshotOf(broken).data.in_flight, undefined);
});

Deno.test("10.15-38 late by three letters: status, input and the text so far", async () => {
  const model = new EventModel(answer(text("hel", "lo")));
  using bench = await Bench.open({ model });
  let snapshot: Snapshot | undefined;
  bench.onEvent = ({ event }) => {
    if (event === "text_delta") snapshot ??= snapshotOf(bench);
  };
  await bench.run("go");
  equal(snapshot?.data.status, "running");
  deepEqual(snapshot?.data.in_flight, { blocks: [{ kind: "text", text: "hel" }] });
  equal(snapshot?.data.entries.at(-1)?.kind, "user_input");
  deepEqual(snapshotOf(bench).data.entries, bench.entries());
});

/** The same answer with other call ids. */
function renamed(events: ModelEvent[]): ModelEvent[] {
  return events.map((event) =>
    event.type === "block_start" && event.block.kind === "tool_call"
      ? { ...event, block: { ...event.block, id: `${event.block.id}-2` } }
      : event
  );
}
