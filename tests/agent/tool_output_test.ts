import { cutContent, type TurnHooks } from "../../lib/agent/mod.ts";
import { byteLength } from "../../lib/base/mod.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { dataOf, driveTurns, eventNames, resultsIn, turnsRequest } from "../support/drive_turns.ts";
import { answer, call, EventModel, text } from "../support/event_model.ts";

const MARKER = /\n\n\[truncated: (\d+) bytes dropped, refine your query\]$/;

/** Runs one call of tool `Big` that returns `content`. */
async function runBig(
  content: string,
  given: {
    readonly defaultMaxBytes?: number;
    readonly perTool?: Record<string, number>;
    readonly hooks?: TurnHooks;
  },
) {
  const history: Item[] = [];
  const model = new EventModel(answer(call("c1", "Big")), answer(text("ok")));
  const run = await driveTurns(turnsRequest({
    model,
    history,
    hooks: given.hooks,
    tools: [new CountingTool("Big", () => ({ summary: "big", content }))],
    toolOutputLimits: { defaultMaxBytes: 65_536, perTool: {}, ...given },
  }));
  const [result] = resultsIn(history);
  return { run, content: result?.content ?? "" };
}

Deno.test("20.13-12 1000 letters under limit 200: cut with the marker, and a warning", async () => {
  const { run, content } = await runBig("a".repeat(1000), { defaultMaxBytes: 200 });
  ok(byteLength(content) <= 200);
  const dropped = Number(MARKER.exec(content)?.[1]);
  const kept = content.replace(MARKER, "");
  equal(kept, "a".repeat(132));
  equal(kept.length + dropped, 1000);
  const [alert, ...others] = dataOf(run, "alert");
  equal(others.length, 0);
  equal(alert?.level, "warn");
  equal(alert?.source, "worker");
  equal(
    alert?.message,
    `tool \`Big\` output truncated from 1000 to ${byteLength(content)} bytes (limit 200)`,
  );
  equal(dataOf(run, "tool_result")[0]?.output, content);
  const names = eventNames(run);
  ok(names.indexOf("alert") < names.indexOf("tool_result"));
});

Deno.test("20.13-12, 50.13-38 characters of three bytes are not split", async () => {
  const { content } = await runBig("あ".repeat(100), { defaultMaxBytes: 120 });
  ok(byteLength(content) <= 120);
  equal(content.replace(MARKER, ""), "あ".repeat(17));
  equal(MARKER.exec(content)?.[1], "249");
});

Deno.test("20.13-12, 50.13-38 content of exactly the limit is untouched", async () => {
  const { run, content } = await runBig("a".repeat(200), { defaultMaxBytes: 200 });
  equal(content, "a".repeat(200));
  deepEqual(dataOf(run, "alert"), []);
});

Deno.test("20.13-12 a limit for the tool's exact name wins", async () => {
  const perTool = { Big: 300, big: 100, Bi: 100 };
  const { content } = await runBig("a".repeat(1000), { defaultMaxBytes: 200, perTool });
  equal(content.replace(MARKER, ""), "a".repeat(232));
});

Deno.test("50.13-38 the post-tool hook sees the content uncut", async () => {
  let seen = 0;
  const hooks: TurnHooks = {
    afterTool: (_pending, { content }) => void (seen = content?.length ?? 0),
  };
  const { run, content } = await runBig("a".repeat(1000), { defaultMaxBytes: 200, hooks });
  equal(seen, 1000);
  match(content, MARKER);
  equal(dataOf(run, "alert").length, 1);
});

Deno.test("spec 50 §11 example: 100000 bytes under the default limit", async () => {
  const { content } = await runBig("a".repeat(100_000), {});
  equal(content.replace(MARKER, "").length, 65_468);
  equal(MARKER.exec(content)?.[1], "34532");
  equal(byteLength(content), 65_521);
});

Deno.test("spec 50 §11 every limit from 68 on is kept to; a smaller one leaves the marker alone", () => {
  const content = "aé漢😀".repeat(100);
  for (let limit = 68; limit < 400; limit++) {
    const cut = cutContent(content, limit);
    ok(cut !== undefined && byteLength(cut.text) <= limit, `${limit}`);
    equal(cut.bytesAfter, byteLength(cut.text));
    const kept = cut.text.replace(MARKER, "");
    ok(content.startsWith(kept));
    equal(byteLength(kept) + Number(MARKER.exec(cut.text)?.[1]), cut.bytesBefore);
  }
  equal(cutContent(content, 10)?.text, "\n\n[truncated: 1000 bytes dropped, refine your query]");
});

Deno.test("20.12-W40 a summary is at most 4 KiB, whoever wrote it", async () => {
  const history: Item[] = [];
  const long = "é".repeat(5000);
  const model = new EventModel(
    answer(call("c1", "Chatty"), call("c2", long), call("c3", "Exact")),
    answer(text("ok")),
  );
  const exact = "a".repeat(4096);
  const tools = [
    new CountingTool("Chatty", () => ({ summary: long })),
    new CountingTool("Exact", () => ({ summary: exact })),
  ];
  const run = await driveTurns(turnsRequest({ model, history, tools }));
  const [chatty, unknown, whole] = resultsIn(history).map(({ summary }) => summary);
  for (const summary of [chatty, unknown]) {
    ok(summary !== undefined && byteLength(summary) <= 4096);
    match(summary, /é…$/);
  }
  equal(whole, exact);
  equal(dataOf(run, "tool_result")[0]?.summary, chatty);
});
