import { BUILTIN_PROMPTS } from "../../../lib/context/mod.ts";
import { messageText, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok, rejects } from "../../support/assert.ts";
import { answer, EventModel, text } from "../../support/event_model.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { compact } from "./stage.ts";
import { END, HISTORY, measuring, type Message, resultsSeen, SUMMARY, uses } from "./long_talk.ts";

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
