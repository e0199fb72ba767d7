import { type Item, messageText, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok, rejects } from "../../support/assert.ts";
import { answer, EventModel } from "../../support/event_model.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { compact } from "./stage.ts";
import { END, HISTORY, type Message, SUMMARY, uses } from "./long_talk.ts";

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
