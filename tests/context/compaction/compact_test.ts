import { BUILTIN_PROMPTS } from "../../../lib/context/mod.ts";
import { type Item, messageText, textMessage } from "../../../lib/protocol/mod.ts";
import type { Model, ModelEvent } from "../../../lib/providers/mod.ts";
import { deepEqual, equal, match, ok, rejects } from "../../support/assert.ts";
import { answer, call, EventModel, text, usage } from "../../support/event_model.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { compact } from "./stage.ts";

type Message = Extract<Item, { kind: "message" }>;

/** A long talk with a file in it; the last words fit into a small tail. */
const HISTORY: Item[] = [
  textMessage("user", `first ${"a".repeat(2000)}`),
  { kind: "tool_call", call_id: "c1", name: "Read", arguments: '{"file_path":"NEEDLE.txt"}' },
  { kind: "tool_result", call_id: "c1", summary: "Read 9 lines", content: "haystack" },
  textMessage("assistant", `said ${"b".repeat(2000)}`),
  textMessage("user", "second"),
  textMessage("assistant", `done ${"c".repeat(400)}`),
];

function uses(name: string, args: object, id: string = crypto.randomUUID()) {
  return call(id, name, JSON.stringify(args));
}

const SUMMARY = uses("write_summary", { text: "## Active Task\nAll is well." });
const END = answer(text("ok"));

/** The text of each result that the summariser was given before its last request. */
function resultsSeen(model: EventModel): string[] {
  return model.requests.at(-1)?.items.flatMap((item) =>
    item.kind === "tool_result" ? [`${item.summary}\n${item.content ?? ""}`.trim()] : []
  ) ?? [];
}

/** The answer, with another number of prompt tokens. */
function measuring(tokens: number, events: readonly ModelEvent[]): ModelEvent[] {
  return events.map((event) => event.type === "usage" ? usage(tokens, 5) : event);
}

Deno.test("40.12-31 40.11-W20 the new history is summary, files, references, the last request and the tail", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "a.txt": "one\ntwo\nthree\n", "b.txt": "b\n", "c.txt": "c\n" },
  });
  const path = (name: string) => `${workspace.ws}/${name}`;
  const model = new EventModel(
    answer(
      uses("mark_read_required", { file_path: path("a.txt"), offset: 1, limit: 1 }),
      uses("mark_read_required", { file_path: path("b.txt") }),
      uses("add_reference", { file_path: path("c.txt") }),
      uses("add_reference", { file_path: path("b.txt") }),
      SUMMARY,
    ),
    END,
  );
  const { history, tail, files, usage } = await compact({
    workspace,
    history: HISTORY,
    model,
  });
  deepEqual(tail, { start: 5, balancing: 0 });
  deepEqual([usage?.llm_calls, usage?.input_tokens], [2, 20]);
  deepEqual(history, [
    textMessage("system", "[Compacted context summary]\n\n## Active Task\nAll is well."),
    textMessage("system", `[Auto-read file: ${path("a.txt")}:2-2]\ntwo\n`),
    textMessage("system", `[Auto-read file: ${path("b.txt")}]\nb\n`),
    textMessage(
      "system",
      "[Referenced files — read before compaction, contents not included]\n" +
        `- ${path("c.txt")}\nRead them again when you need what is in them.`,
    ),
    textMessage("user", "second"),
    HISTORY[5],
  ]);
  deepEqual(files.map(({ version }) => version.canonicalPath), [path("a.txt"), path("b.txt")]);
  deepEqual(workspace.tracker.recent(), [], "what the summariser looked at does not count as read");
});

Deno.test("40.8.4 the summariser gets instruction, recent files, tasks and overview, under its own prompt", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a.txt": "one\n" } });
  await workspace.call("Read", { file_path: "a.txt" });
  const model = new EventModel(answer(SUMMARY), END);
  await compact({ workspace, history: HISTORY, model });
  const [request] = model.requests;
  equal(request?.system, BUILTIN_PROMPTS.render("compact_system", {}));
  equal(request?.cacheKey, "segment");
  deepEqual(request?.tools.map(({ name }) => name), [
    "Read",
    "add_reference",
    "mark_read_required",
    "read_session_items",
    "search_session_log",
    "write_summary",
  ]);
  const [message] = request?.items ?? [];
  const said = message?.kind === "message" ? messageText(message) : "";
  const places = [
    "about 2000 tokens",
    `## Referenced files\n- ${workspace.ws}/a.txt`,
    "## Current Session TaskStore",
    "TaskStore: 0 task(s)",
    "## Conversation overview/index",
    "[0 User] first aaa",
    "Finish with `write_summary`.",
  ].map((part) => said.indexOf(part));
  deepEqual(places, places.toSorted((left, right) => left - right));
  ok(places.every((place) => place >= 0), said);
  ok(!said.includes("done ccc"), "what is retained needs no summary");
});

Deno.test("40.12-34 a search finds what is in contents and does not show it, a full read does", async () => {
  await using workspace = await FileWorkspace.create();
  const model = new EventModel(
    answer(
      uses("search_session_log", { query: " needle " }, "s1"),
      uses("search_session_log", { query: "HAYSTACK" }, "s2"),
      uses("search_session_log", { query: "  " }, "s3"),
      uses("read_session_items", { offset: 1, limit: 2 }, "r1"),
      uses("read_session_items", { offset: 1, limit: 2, mode: "full" }, "r2"),
      uses("read_session_items", { offset: 0, limit: 1, mode: "loud" }, "r3"),
    ),
    answer(SUMMARY),
    END,
  );
  await compact({ workspace, history: HISTORY, model });
  const seen = resultsSeen(model);
  deepEqual(seen.slice(0, 6), [
    "1 hit(s), 1 shown\n[1] tool call Read",
    "1 hit(s), 1 shown\n[2] tool result: Read 9 lines",
    "Tool execution failed: Invalid argument: search_session_log query must not be empty",
    "2 of 5 item(s), from 1\n[1] tool call Read\n[2] tool result: Read 9 lines",
    "2 of 5 item(s), from 1\n" +
    '[1] tool call Read {"file_path":"NEEDLE.txt"}\n[2] tool result: Read 9 lines\nhaystack',
    'Tool execution failed: Invalid argument: invalid read_session_items mode "loud"; ' +
    "expected 'compact' or 'full'",
  ]);
});

Deno.test("40.12-34 40.11-W28 a mark over budget is refused and not recorded, a second one replaces the first", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "big.txt": "x".repeat(4000), "small.txt": "s\n".repeat(100) },
  });
  const mark = (name: string, more = {}) =>
    uses("mark_read_required", { file_path: `${workspace.ws}/${name}`, ...more });
  const model = new EventModel(
    answer(
      mark("big.txt"),
      mark("small.txt"),
      mark("small.txt", { limit: 1 }),
      mark("none.txt"),
      SUMMARY,
    ),
    END,
  );
  const { history } = await compact({
    workspace,
    history: HISTORY,
    model,
    settings: { auto_read_budget_tokens: 100 },
  });
  const seen = resultsSeen(model);
  match(seen[0] ?? "", /auto-read budget exhausted \(100 tokens\)/);
  match(seen[1] ?? "", /\(50 tokens; 50 of 100 left\)\. Half of the budget is used/);
  match(seen[2] ?? "", /\(1 tokens; 99 of 100 left\)\.$/);
  match(seen[3] ?? "", /read failed: /);
  deepEqual(history.slice(1, 2), [
    textMessage("system", `[Auto-read file: ${workspace.ws}/small.txt:1-1]\ns\n`),
  ]);
});

Deno.test("40.11-W28 a file is handed over once, by its absolute path, however it is called", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a.txt": "a\n", "b.txt": "b\n" } });
  const path = (name: string) => `${workspace.ws}/${name}`;
  await Deno.symlink(path("a.txt"), path("link.txt"));
  const model = new EventModel(
    answer(
      uses("mark_read_required", { file_path: path("link.txt") }),
      uses("add_reference", { file_path: "a.txt" }),
      uses("mark_read_required", { file_path: "a.txt" }),
      uses("add_reference", { file_path: "b.txt" }),
      uses("add_reference", { file_path: path("b.txt") }),
      uses("add_reference", { file_path: path("none.txt") }),
      SUMMARY,
    ),
    END,
  );
  const { history } = await compact({ workspace, history: HISTORY, model });
  deepEqual(history.slice(1, 3), [
    textMessage("system", `[Auto-read file: ${path("a.txt")}]\na\n`),
    textMessage(
      "system",
      "[Referenced files — read before compaction, contents not included]\n" +
        `- ${path("b.txt")}\nRead them again when you need what is in them.`,
    ),
  ]);
});

Deno.test("40.11-W29 a file that has outgrown the budget since it was marked is only pointed at", async () => {
  await using workspace = await FileWorkspace.create({
    files: { "a.txt": "a\n", "b.txt": "b\n", "c.txt": "c\n" },
  });
  const path = (name: string) => `${workspace.ws}/${name}`;
  const played = new EventModel(
    answer(
      ...["a.txt", "b.txt", "c.txt"].map((name) =>
        uses("mark_read_required", { file_path: path(name) })
      ),
      SUMMARY,
    ),
    END,
  );
  const model: Model = {
    info: played.info,
    unsupported: () => [],
    stream(request, signal) {
      if (played.requests.length === 1) {
        Deno.writeTextFileSync(path("a.txt"), "x".repeat(4000));
        Deno.removeSync(path("b.txt"));
      }
      return played.stream(request, signal);
    },
  };
  const { history, files, warnings } = await compact({
    workspace,
    history: HISTORY,
    model,
    settings: { auto_read_budget_tokens: 100 },
  });
  deepEqual(files.map((file) => file.path), [path("c.txt")]);
  match(messageText(history[2] as Message), new RegExp(`included\\]\n- ${path("a.txt")}\n`));
  equal(warnings.length, 2);
  match(warnings[0] ?? "", /a\.txt has grown and does not fit into the new context/);
  match(warnings[1] ?? "", /b\.txt is not in the new context: /);
});

Deno.test("40.11-W27 files of late and no mark of any: the summariser is not asked once more", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a.txt": "one\n" } });
  await workspace.call("Read", { file_path: "a.txt" });
  const model = new EventModel(answer(SUMMARY), END);
  const { history } = await compact({ workspace, history: HISTORY, model });
  equal(model.requests.length, 2);
  ok(JSON.stringify(model.requests[0]?.items).includes("Mark or reference those"));
  ok(!JSON.stringify(history).includes("a.txt"));
});

Deno.test("40.8.5 a blank summary is none", async () => {
  await using workspace = await FileWorkspace.create();
  const model = new EventModel(
    answer(uses("write_summary", { text: " \n" })),
    END,
    answer(SUMMARY),
    END,
  );
  const { history } = await compact({ workspace, history: HISTORY, model });
  match(resultsSeen(model)[0] ?? "", /the summary is empty/);
  match(messageText(history[0] as Message), /All is well/);
});

Deno.test("40.12-34 the last of two summaries counts; a missing one is asked for once", async () => {
  await using workspace = await FileWorkspace.create();
  const model = new EventModel(
    answer(text("I think it went well.")),
    answer(uses("write_summary", { text: "one" }), uses("write_summary", { text: "two" })),
    END,
  );
  const { history } = await compact({ workspace, history: HISTORY, model });
  deepEqual(history[0], textMessage("system", "[Compacted context summary]\n\ntwo"));
  deepEqual(resultsSeen(model), ["Summary recorded.", "Summary replaced."]);
  await rejects(
    () => compact({ workspace, history: HISTORY, model: new EventModel(END, END) }),
    {
      message: "compact worker did not produce a summary (write_summary was never called)",
    },
  );
});

Deno.test("40.8.6 a summariser that has used up its turns is asked for the summary all the same", async () => {
  await using workspace = await FileWorkspace.create();
  const look = () => uses("read_session_items", { offset: 0, limit: 1 });
  const model = new EventModel(answer(look()), answer(look()), answer(SUMMARY), END);
  const { history } = await compact({
    workspace,
    history: HISTORY,
    model,
    settings: { worker_max_turns: 2 },
  });
  match(messageText(history[0] as Message), /All is well/);
  match(JSON.stringify(model.requests[2]?.items.at(-1)), /ended without a summary/);
});

Deno.test("40.12-34 too long a summary is to be rewritten once, then it is an error", async () => {
  await using workspace = await FileWorkspace.create();
  const long = answer(uses("write_summary", { text: "x".repeat(500) }));
  const settings = { summary_max_tokens: 100 };
  const model = new EventModel(long, END, answer(SUMMARY), END);
  const { history } = await compact({ workspace, history: HISTORY, model, settings });
  match(messageText(history[0] as Message), /All is well/);
  await rejects(
    () =>
      compact({
        workspace,
        history: HISTORY,
        settings,
        model: new EventModel(long, END, long, END),
      }),
    { message: "compact summary too large: 125 tokens exceeds max 100" },
  );
});

Deno.test("40.12-34 near its limit the summariser is warned once, then may only write, then is stopped", async () => {
  await using workspace = await FileWorkspace.create();
  const look = () => uses("read_session_items", { offset: 0, limit: 1 });
  const settings = {
    worker_context_max_tokens: 10_000,
    finish_warning_remaining_tokens: 4000,
    final_reserve_tokens: 2000,
  };
  const model = new EventModel(
    measuring(7000, answer(look())),
    measuring(8500, answer(look())),
    measuring(8600, answer(SUMMARY)),
    END,
  );
  const { warnings } = await compact({ workspace, history: HISTORY, model, settings });
  equal(warnings.length, 1);
  match(warnings[0] ?? "", /^\[Compact worker budget warning\]/);
  const told = model.requests[3]?.items.filter((item) =>
    item.kind === "message" && item.role === "system"
  );
  equal(told?.length, 1);
  match(resultsSeen(model)[1] ?? "", /^compact worker final reserve reached/);

  const greedy = new EventModel(measuring(10_001, answer(look())), answer(SUMMARY), END);
  await rejects(() => compact({ workspace, history: HISTORY, model: greedy, settings }), {
    message: "Aborted: compact worker input occupancy exceeded 10000 tokens",
  });
});

Deno.test("40.12-33 that the overview is large is told, and the compaction goes on", async () => {
  await using workspace = await FileWorkspace.create();
  const run = (settings: { overview_warning_tokens?: number; overview_deadline_tokens?: number }) =>
    compact({ workspace, history: HISTORY, model: new EventModel(answer(SUMMARY), END), settings });
  const { history, warnings } = await run({ overview_warning_tokens: 100 });
  match(warnings.join(), /^compact overview is larger than expected \(≈\d+ tokens; /);
  match(messageText(history[0] as Message), /All is well/);
  const coarse = await run({ overview_deadline_tokens: 100 });
  match(coarse.warnings.join(), /^compact overview exceeded deadline \(100 tokens\)/);
});

Deno.test("40.12-35 40.11-W18 what is too large makes do with less before it fails", async () => {
  await using workspace = await FileWorkspace.create({ files: { "a.txt": "a".repeat(8000) } });
  const history: Item[] = [
    ...HISTORY,
    { kind: "tool_call", call_id: "c2", name: "Read", arguments: "{}" },
    { kind: "tool_result", call_id: "c2", summary: "big", content: "y".repeat(8000) },
    textMessage("assistant", "read"),
  ];
  const run = (result_context_max_tokens: number, wantedTokens = Infinity) =>
    compact({
      workspace,
      history,
      wantedTokens,
      settings: { result_context_max_tokens, retained_tokens: 1000 },
      model: new EventModel(
        answer(uses("mark_read_required", { file_path: `${workspace.ws}/a.txt` }), SUMMARY),
        END,
      ),
    });
  const shape = async (max: number, wanted?: number) => {
    const { history } = await run(max, wanted);
    const all = JSON.stringify(history);
    return [all.includes("yyy"), all.includes("aaa"), all.includes('"c2"'), all.includes("second")];
  };
  deepEqual(await shape(60_000), [true, true, true, true]);
  deepEqual(await shape(3000), [false, true, true, true]);
  deepEqual(await shape(500), [false, false, true, true]);
  deepEqual(await shape(150), [false, false, false, true]);
  deepEqual(await shape(60_000, -5), [false, false, false, true]);
  await rejects(() => run(10), {
    message: /^compacted result context too large: \d+ tokens exceeds max 10$/,
  });
});

Deno.test("40.11-W18 40.11-W20 a request that does not fit loses its middle at last, and nothing else does", async () => {
  await using workspace = await FileWorkspace.create();
  const history = [
    ...HISTORY.slice(0, 4),
    textMessage("user", `question ${"ü".repeat(4000)} more`),
    textMessage("assistant", "z".repeat(500)),
  ];
  const run = (result_context_max_tokens: number) =>
    compact({
      workspace,
      history,
      model: new EventModel(answer(SUMMARY), END),
      settings: { result_context_max_tokens },
    });
  deepEqual((await run(60_000)).history.slice(1), history.slice(4));
  const { history: compacted, tokens } = await run(1000);
  ok(tokens <= 1000 && tokens > 990, `${tokens}`);
  equal(compacted.length, 2);
  match(
    messageText(compacted[1] as Message),
    /^question ü+\n\n\[… the middle of this request is left out here: .*\]\n\nü+ more$/,
  );
  await rejects(() => run(50), { message: /^compacted result context too large: / });
});

Deno.test("40.11-W19 a tail that does not fit even without tool output is summed up too", async () => {
  await using workspace = await FileWorkspace.create();
  const history = [...HISTORY, textMessage("assistant", `essay ${"e".repeat(8000)}`)];
  const run = async (result_context_max_tokens: number) => {
    const model = new EventModel(answer(SUMMARY), END);
    const { history: compacted, tail } = await compact({
      workspace,
      history,
      model,
      settings: { result_context_max_tokens },
    });
    const asked = JSON.stringify(model.requests[0]?.items);
    return [tail.start, asked.includes("essay"), JSON.stringify(compacted).includes("essay")];
  };
  deepEqual(await run(60_000), [6, false, true]);
  deepEqual(await run(1000), [7, true, false]);
});

Deno.test("40.11-W19 40.12-32 output that had been dropped does not come back with the tail, which says what balancing added", async () => {
  await using workspace = await FileWorkspace.create();
  const ids = ["a", "b"];
  const history: Item[] = [
    ...HISTORY.slice(0, 5),
    ...ids.map((id): Item => ({ kind: "tool_call", call_id: id, name: "Read", arguments: "{}" })),
    ...ids.map((id): Item => ({
      kind: "tool_result",
      call_id: id,
      summary: `read ${id}`,
      content: "old output",
    })),
    textMessage("assistant", "z".repeat(400)),
  ];
  const { history: compacted, tail } = await compact({
    workspace,
    history,
    prunedBelow: 8,
    model: new EventModel(answer(SUMMARY), END),
    settings: { retained_tokens: 150 },
  });
  deepEqual(tail, { start: 5, balancing: 2 });
  deepEqual(compacted.flatMap((item) => item.kind === "tool_result" ? [item.content] : []), [
    undefined,
    "old output",
  ]);
});

Deno.test("40.12-38 40.11-W22 two compactions in a row never give the same call id", async () => {
  await using workspace = await FileWorkspace.create();
  const history: Item[] = [
    uses("TaskCreate", { subject: "s", description: "d" })(0),
  ].flatMap(() => [
    {
      kind: "tool_call",
      call_id: "t1",
      name: "TaskCreate",
      arguments: '{"subject":"s","description":"d"}',
    },
    { kind: "tool_result", call_id: "t1", summary: "Created task 1 (pending)" },
    ...HISTORY,
  ]);
  const again = async (history: readonly Item[]) =>
    (await compact({ workspace, history, model: new EventModel(answer(SUMMARY), END) })).history;
  const once = await again(history);
  const twice = await again([...once, ...HISTORY.slice(3)]);
  const ids = [...once, ...twice].flatMap((item) =>
    item.kind === "tool_call" ? [item.call_id] : []
  );
  equal(ids.length, 2);
  equal(new Set(ids).size, 2);
});

Deno.test("40.11-W32 the procedure that the last request called in goes with it", async () => {
  await using workspace = await FileWorkspace.create();
  const procedure = textMessage("system", "[Workflow /review]\nLook at each file.");
  const history: Item[] = [
    ...HISTORY.slice(0, 4),
    textMessage("user", "/review"),
    textMessage("system", "[File: a.ts]\nattached"),
    procedure,
    textMessage("assistant", "z".repeat(500)),
  ];
  const { history: compacted } = await compact({
    workspace,
    history,
    model: new EventModel(answer(SUMMARY), END),
  });
  deepEqual(compacted.slice(1), [textMessage("user", "/review"), procedure, history[7]]);
});
