import { type Entry, parseEntry, ProtocolError } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, ok, throws } from "../support/assert.ts";
import { ENTRY_LINES } from "./examples.ts";

for (const line of ENTRY_LINES) {
  const { kind, item, trigger } = JSON.parse(line);
  Deno.test(`30.14-3 ${kind} ${item?.kind ?? trigger ?? ""} survives reading and writing`, () => {
    equal(JSON.stringify(parseEntry(JSON.parse(line))), line);
  });
}

Deno.test("30.14-3 the examples show all twelve kinds", () => {
  equal(new Set(ENTRY_LINES.map((line) => JSON.parse(line).kind)).size, 12);
});

Deno.test("30.14-4 a reasoning item that spells its absent parts is read as one without them", () => {
  const item = { kind: "reasoning", text: "t", summary: [], encrypted_content: null };
  deepEqual(parseEntry({ kind: "assistant_item", ts: 1, item }), {
    kind: "assistant_item",
    ts: 1,
    item: { kind: "reasoning", text: "t" },
  });
});

Deno.test("30.14-3 20.12-W14 encrypted content, signature and whose they are survive byte for byte", () => {
  const item: Entry = {
    kind: "assistant_item",
    ts: 1,
    item: {
      kind: "reasoning",
      text: "",
      encrypted_content: "a\u0000\n\u{1f600}==",
      signature: "",
      scheme: "openai_responses",
      model: "openai/gpt-5.5",
    },
  };
  deepEqual(parseEntry(JSON.parse(JSON.stringify(item))), item);
});

Deno.test("30.14-3 what an old log leaves out takes its default", () => {
  const config = { stop_sequences: [] };
  deepEqual(parseEntry({ kind: "config_changed", ts: 1, config }), {
    kind: "config_changed",
    ts: 1,
    config: {
      max_tokens: null,
      temperature: null,
      top_p: null,
      top_k: null,
      stop_sequences: [],
      reasoning: null,
    },
  });
  const reminder = { kind: "system_item", ts: 1, item: { kind: "task_reminder", body: "b" } };
  const { item } = parseEntry(reminder) as Extract<Entry, { kind: "system_item" }>;
  deepEqual(item, { kind: "task_reminder", source: "task_inactivity", body: "b" });
});

Deno.test("30.14-10 an unknown kind, at any depth, is no entry", () => {
  for (
    const value of [
      { kind: "from_tomorrow", ts: 1 },
      { kind: "assistant_item", ts: 1, item: { kind: "picture" } },
      { kind: "system_item", ts: 1, item: { kind: "picture" } },
      { ts: 1 },
      [],
      null,
    ]
  ) {
    throws(() => parseEntry(value), ProtocolError);
  }
});

Deno.test("40.11-W45 an item of the runtime of an unknown kind is what its body says", () => {
  const entry = { kind: "system_item", ts: 1, item: { kind: "picture", url: "x", body: "b" } };
  deepEqual<unknown>(parseEntry(entry), entry);
});

Deno.test("30.14-10 no field of an example line can be missing, unless it is optional", () => {
  const optional = new Set([
    "content",
    "is_error",
    "summary",
    "encrypted_content",
    "signature",
    "source",
    "forked_from",
    "compacted_from",
    "recursive",
    "system_prompt",
    "max_tokens",
    "temperature",
    "top_p",
    "top_k",
    "reasoning",
  ]);
  let checked = 0;
  for (const line of ENTRY_LINES) {
    for (const { path, without } of withoutEachField(JSON.parse(line))) {
      if (optional.has(path.at(-1) ?? "") || path.includes("payload")) continue;
      if (path.join().startsWith("segments") && line.includes("image_ref")) continue;
      throws(() => parseEntry(without), ProtocolError, `${path.join(".")} of ${line}`);
      checked += 1;
    }
  }
  ok(checked > 100);
});

/** A value once for every field in it, with that field taken out. */
function* withoutEachField(
  value: unknown,
  path: string[] = [],
): Generator<{ path: string[]; without: unknown }> {
  if (typeof value !== "object" || value === null) return;
  const fields = Object.entries(value);
  for (const [key, field] of fields) {
    const rest = fields.filter(([other]) => other !== key);
    if (!Array.isArray(value)) yield { path: [...path, key], without: Object.fromEntries(rest) };
    for (const { path: deeper, without } of withoutEachField(field, [...path, key])) {
      const changed = fields.map(([other, kept]) => [other, other === key ? without : kept]);
      const whole = Object.fromEntries(changed);
      yield { path: deeper, without: Array.isArray(value) ? Object.values(whole) : whole };
    }
  }
}
