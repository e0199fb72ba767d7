import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";
import { answer, EventModel } from "../../support/event_model.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { compact } from "./stage.ts";
import { END, HISTORY, SUMMARY, uses } from "./long_talk.ts";

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
