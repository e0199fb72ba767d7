import { messageText, textMessage } from "../../../lib/protocol/mod.ts";
import type { Model } from "../../../lib/providers/mod.ts";
import { deepEqual, equal, match } from "../../support/assert.ts";
import { answer, EventModel } from "../../support/event_model.ts";
import { FileWorkspace } from "../../tools/file_workspace.ts";
import { compact } from "./stage.ts";
import { END, HISTORY, type Message, resultsSeen, SUMMARY, uses } from "./long_talk.ts";

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
