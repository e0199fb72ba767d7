import { BUILTIN_PROMPTS } from "../../lib/context/mod.ts";
import { Compactor } from "../../lib/pod/compactor.ts";
import { Conversation } from "../../lib/pod/conversation.ts";
import { compactionSettings } from "../context/compaction/stage.ts";
import { equal, match } from "../support/assert.ts";
import { answer, apiError, call, EventModel, type Played, text } from "../support/event_model.ts";
import { FileWorkspace } from "../tools/file_workspace.ts";
import { Bench } from "./support.ts";

const SUMMARY = answer(call("s1", "write_summary", '{"text":"what was done"}'));
const BROKEN: Played = { error: apiError(400, "no summary today") };

Deno.test("40.11-W35 after a while a compaction is tried again, and a success counts from zero", async () => {
  const workspace = await FileWorkspace.create();
  using bench = await Bench.open({ model: new EventModel() });
  const conversation = new Conversation(bench.parts);
  let now = 0;
  const summariser = new EventModel(
    BROKEN,
    BROKEN,
    SUMMARY,
    answer(text("ok")),
    BROKEN,
    BROKEN,
    BROKEN,
  );
  const compactor = new Compactor(
    {
      settings: compactionSettings({ threshold: 1_000_000, retained_tokens: 0 }),
      model: summariser,
      prompts: BUILTIN_PROMPTS,
      files: workspace,
    },
    conversation,
    () => now,
  );
  const { signal } = new AbortController();
  await conversation.prepare();
  const fail = () => compactor.compact("manual", signal).catch(() => {});
  const addInput = () =>
    conversation.history.push({
      kind: "message",
      role: "user",
      content: [{ kind: "text", text: "more" }],
    });
  addInput();
  await fail();
  await fail();
  await compactor.compact("manual", signal);
  addInput();
  await fail();
  await fail();
  equal(compactor.whyNot(), null);
  await fail();
  match(compactor.whyNot() ?? "", /disabled/);
  now += 11 * 60_000;
  equal(compactor.whyNot(), null);
  conversation[Symbol.dispose]();
  await workspace[Symbol.asyncDispose]();
});
