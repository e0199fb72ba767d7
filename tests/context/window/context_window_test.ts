import fc from "fast-check";
import { ContextWindow } from "../../../lib/context/mod.ts";
import { type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../../support/assert.ts";

/** Five plain messages of different lengths. */
const CHAT: Item[] = ["a", "bb", "ccc", "dddd", "eeeee"].map((text) => textMessage("user", text));

const NO_LIMITS = { protectedTokens: 0, minSavings: 0 };

function call(id: string): Item {
  return { kind: "tool_call", call_id: id, name: "Read", arguments: "{}" };
}

function result(id: string, size: number): Item {
  return { kind: "tool_result", call_id: id, summary: `read ${id}`, content: "x".repeat(size) };
}

/** A history of so many tool calls with results of that size. */
function toolHistory(count: number, size: number): Item[] {
  const history: Item[] = [textMessage("user", "go")];
  for (let index = 0; index < count; index++) {
    history.push(call(`c${index}`), result(`c${index}`, size));
  }
  return history;
}

function contents(items: readonly Item[]): boolean[] {
  return items.filter((item) => item.kind === "tool_result").map((item) => "content" in item);
}

Deno.test("40.12-27 20.13-40 without a measurement four bytes are a token", () => {
  const window = new ContextWindow(CHAT);
  deepEqual(window.estimate(0), { tokens: 0, source: "measured" });
  deepEqual(window.estimate(2), { tokens: Math.floor(window.bytes(2) / 4), source: "no_data" });
  deepEqual(new ContextWindow([]).estimate(), { tokens: 0, source: "measured" });
});

Deno.test("40.12-27 20.13-40 what was measured is exact, and the newest of equals counts", () => {
  const window = new ContextWindow(CHAT);
  window.measured(2, 1000);
  window.measured(2, 1100);
  deepEqual(window.estimate(2), { tokens: 1100, source: "measured" });
});

Deno.test("40.12-27 20.13-40 between two measurements tokens follow bytes", () => {
  const window = new ContextWindow(CHAT);
  window.measured(1, 1000);
  window.measured(5, 2000);
  const share = (window.bytes(3) - window.bytes(1)) / (window.bytes(5) - window.bytes(1));
  deepEqual(window.estimate(3), {
    tokens: 1000 + Math.floor(1000 * share),
    source: "interpolated",
  });
});

Deno.test("40.12-27 40.11-W10 20.12-W19 beyond the last measurement new bytes count as text, not at its rate", () => {
  const history = [...CHAT];
  const window = new ContextWindow(history);
  window.measured(1, 20_000);
  history.push(textMessage("user", "f".repeat(4000)));
  const added = Math.trunc((window.bytes() - window.bytes(1)) / 4);
  deepEqual(window.estimate(), { tokens: 20_000 + added, source: "extrapolated" });
});

Deno.test("before the first measurement tokens follow its rate", () => {
  const window = new ContextWindow(CHAT);
  window.measured(5, 5000);
  equal(window.estimate(2).tokens, Math.floor(window.bytes(2) * 5000 / window.bytes(5)));
});

Deno.test("40.11-W13 a provider that reports no prompt tokens has measured nothing", () => {
  const window = new ContextWindow(CHAT);
  window.measured(5, 0);
  equal(window.estimate().source, "no_data");
});

Deno.test("what is measured of more items than there are says nothing about these", () => {
  const window = new ContextWindow(CHAT);
  window.measured(9, 700);
  equal(window.estimate().source, "no_data");
});

Deno.test("40.12-24 20.13-39 nothing is dropped before anything was measured", () => {
  const window = new ContextWindow(toolHistory(5, 10_000));
  deepEqual(window.prune(NO_LIMITS), { kind: "nothing" });
  deepEqual(contents(window.items()), [true, true, true, true, true]);
});

Deno.test("40.12-25 20.13-39 old results lose their details, the newest part keeps them", () => {
  const history = toolHistory(4, 20_000);
  const copy = structuredClone(history);
  const window = new ContextWindow(history);
  window.measured(history.length, 20_000);
  const pruning = window.prune({ protectedTokens: 8000, minSavings: 4096 });
  ok(pruning.kind === "pruned");
  deepEqual([pruning.candidates, pruning.protectedStart], [2, 6]);
  ok(pruning.savings > 9000 && pruning.savings < 10_000, String(pruning.savings));
  deepEqual(contents(window.items()), [false, false, true, true]);
  deepEqual(window.items().map((item) => "summary" in item ? item.summary : ""), [
    ...["", "", "read c0", "", "read c1", "", "read c2", "", "read c3"],
  ]);
  deepEqual(history, copy);
  deepEqual(window.prune({ protectedTokens: 8000, minSavings: 4096 }), { kind: "nothing" });
});

Deno.test("40.6 what is protected is counted back from the end, though an older request took more", () => {
  const history = toolHistory(6, 4000);
  const window = new ContextWindow(history);
  window.measured(7, 9000);
  window.measured(9, 2000);
  window.measured(13, 10_000);
  const pruning = window.prune({ protectedTokens: 5000, minSavings: 1 });
  ok(pruning.kind === "pruned");
  equal(pruning.protectedStart, 10);
});

Deno.test("20.13-39 with nothing protected all results are dropped, with everything protected none", () => {
  for (const [protectedTokens, kept] of [[0, false], [1_000_000, true]] as const) {
    const history = toolHistory(3, 20_000);
    const window = new ContextWindow(history);
    window.measured(history.length, 15_000);
    window.prune({ protectedTokens, minSavings: 1 });
    deepEqual(contents(window.items()), [kept, kept, kept]);
  }
});

Deno.test("40.12-26 too small a gain changes nothing, and says how small it was", () => {
  const history = toolHistory(4, 20_000);
  const window = new ContextWindow(history);
  window.measured(history.length, 20_000);
  const pruning = window.prune({ protectedTokens: 8000, minSavings: 1_000_000 });
  ok(pruning.kind === "too_little");
  equal(pruning.candidates, 2);
  deepEqual(window.items(), history);
});

Deno.test("40.12-26 40.11-W11 what was dropped gains nothing again: the prefix holds until enough is new", () => {
  const history = toolHistory(4, 20_000);
  const window = new ContextWindow(history);
  const limits = { protectedTokens: 8000, minSavings: 8000 };
  window.measured(history.length, 20_000);
  equal(window.prune(limits).kind, "pruned");
  const kinds: string[] = [];
  for (let index = 4; index < 12; index++) {
    const prefix = JSON.stringify(window.items());
    history.push(call(`c${index}`), result(`c${index}`, 20_000));
    window.measured(history.length, window.estimate().tokens);
    const { kind } = window.prune(limits);
    kinds.push(kind);
    const sent = JSON.stringify(window.items());
    equal(sent.startsWith(prefix.slice(0, -1)), kind !== "pruned");
  }
  ok(kinds.includes("pruned"));
  ok(kinds.every((kind, index) => kind !== "pruned" || kinds[index - 1] === "too_little"));
});

Deno.test("40.11-W12 the estimate knows what a request shrank by, and what was sent when it was measured", () => {
  const history = toolHistory(4, 20_000);
  const window = new ContextWindow(history);
  window.measured(history.length, 20_000);
  window.prune({ protectedTokens: 8000, minSavings: 1 });
  const after = window.estimate();
  equal(after.source, "extrapolated");
  ok(after.tokens < 11_000, String(after.tokens));
  window.measured(history.length, 10_500);
  deepEqual(window.estimate(), { tokens: 10_500, source: "measured" });
  history.push(call("c4"), result("c4", 20_000));
  window.measured(history.length, 15_500);
  const last = window.bytes() - window.bytes(history.length - 1);
  const share = last / (window.bytes() - window.bytes(history.length - 2));
  equal(window.estimate(history.length - 1).tokens, 10_500 + Math.floor(5000 * (1 - share)));
});

Deno.test("40.11-W12 what was measured before output was dropped counts until something newer is", () => {
  const history = toolHistory(4, 20_000);
  const window = new ContextWindow(history);
  window.measured(history.length, 20_000);
  window.prune({ protectedTokens: 8000, minSavings: 1 });
  history.push(call("c4"), result("c4", 20_000));
  window.measured(history.length, 15_500);
  const share = window.bytes(10) / window.bytes();
  equal(window.estimate(10).tokens, Math.floor(15_500 * share));
});

Deno.test("output can be dropped step by step before anything was measured", () => {
  const history = toolHistory(4, 20_000);
  const [window, atOnce] = [new ContextWindow(history), new ContextWindow(history)];
  for (const end of [3, 5, 4]) window.pruneBelow(end);
  atOnce.pruneBelow(5);
  deepEqual(window.estimate(), atOnce.estimate());
  deepEqual(window.items(), atOnce.items());
});

Deno.test("whatever is measured and dropped, calls keep their results and estimates stay whole numbers", () => {
  const step = fc.record({
    size: fc.nat(30_000),
    tokens: fc.nat(60_000),
    protectedTokens: fc.nat(20_000),
    minSavings: fc.nat(8000),
  });
  fc.assert(fc.property(fc.array(step, { maxLength: 20 }), (steps) => {
    const history: Item[] = [textMessage("user", "go")];
    const window = new ContextWindow(history);
    let dropped = 0;
    for (const [index, { size, tokens, ...limits }] of steps.entries()) {
      history.push(call(`c${index}`), result(`c${index}`, size));
      window.measured(history.length, tokens);
      window.prune(limits);
      const items = window.items();
      equal(items.length, history.length);
      const cut = items.map((item, at) => item !== history[at] ? at : -1).filter((at) => at >= 0);
      ok(cut.length >= dropped, "what was dropped stays dropped");
      dropped = cut.length;
      for (const at of cut) {
        deepEqual({ ...items[at], content: undefined }, { ...history[at], content: undefined });
      }
      for (let length = 0; length <= history.length; length++) {
        const { tokens } = window.estimate(length);
        ok(Number.isSafeInteger(tokens) && tokens >= 0, `${length}: ${tokens}`);
      }
    }
  }));
});
