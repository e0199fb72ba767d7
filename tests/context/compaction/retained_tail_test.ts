import fc from "fast-check";
import { retainedTail } from "../../../lib/context/compaction/retained_tail.ts";
import { ContextWindow } from "../../../lib/context/mod.ts";
import { itemSize } from "../../../lib/context/window/item_size.ts";
import { type Item, openToolCalls, textMessage } from "../../../lib/protocol/mod.ts";
import { deepEqual, equal, ok } from "../../support/assert.ts";

function call(id: string): Item {
  return { kind: "tool_call", call_id: id, name: "Read", arguments: "{}" };
}

function result(id: string, size = 10): Item {
  return { kind: "tool_result", call_id: id, summary: id, content: "x".repeat(size) };
}

function startOf(...args: Parameters<typeof retainedTail>): number {
  return retainedTail(...args).start;
}

function sizeOf(items: readonly Item[]): number {
  return items.reduce((sum, item) => sum + itemSize(item), 0);
}

/** Tokens by which just the items from `index` on are retained, if nothing is balanced. */
function tokensFrom(items: readonly Item[], index: number): number {
  return Math.floor(sizeOf(items.slice(index)) / 4) - 1;
}

Deno.test("40.12-32 what fits is retained whole, and nothing when nothing is to be retained", () => {
  const items = [textMessage("user", "hi"), textMessage("assistant", "ho")];
  equal(startOf(items, 100, 100), 0);
  equal(startOf(items, 101, 0), items.length);
});

Deno.test("40.12-32 40.11-W19 a cut between parallel results moves before their first call", () => {
  const items = [
    textMessage("user", "go"),
    ...["a", "b", "c"].map(call),
    ...["a", "b", "c"].map((id) => result(id)),
  ];
  const tokens = Math.ceil(sizeOf(items) / 4);
  deepEqual(retainedTail(items, tokens, tokensFrom(items, 5)), { start: 1, balancing: 4 });
  deepEqual(retainedTail(items, tokens, tokensFrom(items, 6)), { start: 1, balancing: 5 });
});

Deno.test("40.12-32 what is retained for one result may need another call: the cut moves on", () => {
  const items = [call("a"), call("b"), result("a"), call("c"), result("b"), result("c")];
  const tokens = Math.ceil(sizeOf(items) / 4);
  equal(startOf(items, tokens, tokensFrom(items, 4)), 0);
});

Deno.test("40.12-32 a clean cut stays, and a result without a call moves nothing", () => {
  const items = [textMessage("user", "a"), result("lost"), textMessage("user", "b")];
  const tokens = Math.ceil(sizeOf(items) / 4);
  equal(startOf(items, tokens, tokensFrom(items, 1)), 1);
  equal(startOf(items, tokens, tokensFrom(items, 2)), 2);
});

Deno.test("40.8.3 a low measurement, after output was dropped, does not keep a huge tail", () => {
  const items = Array.from({ length: 20 }, () => textMessage("user", "x".repeat(4000)));
  const start = startOf(items, 9000, 8000);
  ok(start >= 11, `${start}`);
});

Deno.test("40.12-32 what an old request was measured at does not enlarge the tail", () => {
  const items = Array.from({ length: 20 }, () => textMessage("user", "x".repeat(4000)));
  const starts = [[], [[3, 100_000]], [[3, 1], [7, 90_000], [12, 5]]].map((old) => {
    const window = new ContextWindow(items);
    for (const [length = 0, tokens = 0] of old) window.measured(length, tokens);
    window.measured(20, 20_500);
    return startOf(window.items(), window.estimate().tokens, 4000);
  });
  deepEqual(starts, [16, 16, 16]);
});

Deno.test("whatever the history and the budget: pairs stay whole and the tail has its tokens", () => {
  const history = fc.array(fc.record({ parallel: fc.nat(4), size: fc.nat(3000) }), {
    maxLength: 12,
  }).map((rounds) =>
    rounds.flatMap(({ parallel, size }, round): Item[] => {
      const ids = Array.from({ length: parallel }, (_, index) => `${round}.${index}`);
      return [
        textMessage("user", "x".repeat(size)),
        ...ids.map(call),
        ...ids.toReversed().map((id) => result(id, size)),
      ];
    })
  );
  fc.assert(fc.property(history, fc.nat(10_000), fc.nat(10_000), (items, tokens, retained) => {
    const start = startOf(items, tokens, retained);
    const tail = items.slice(start);
    equal(openToolCalls(items.slice(0, start)).length, 0);
    const called = new Set(tail.flatMap((item) => item.kind === "tool_call" ? item.call_id : []));
    for (const item of tail) ok(item.kind !== "tool_result" || called.has(item.call_id));
    const rate = Math.max(tokens, Math.ceil(sizeOf(items) / 4));
    const kept = sizeOf(tail) * rate / Math.max(1, sizeOf(items));
    ok(start === 0 || kept >= Math.min(retained, rate) - 1, `${kept} of ${retained}`);
  }));
});
