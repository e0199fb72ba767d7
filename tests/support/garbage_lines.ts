const DEEP = 100_000;

const encoder = new TextEncoder();

/** One line each, none of which is a method. */
export function garbageLines(): Uint8Array[] {
  const texts = [
    ...["{", "}", "[", "]", '"', "nul", "0x1", "{}", "[]", "null", "true", "42", '"run"', "{},"],
    ...['{"method":', '{"method"}', "{'method':'pause'}", '{"method":"pause"} trailing'],
    "[".repeat(DEEP),
    "[".repeat(DEEP) + "]".repeat(DEEP),
    '{"method":'.repeat(DEEP),
    '{"method":'.repeat(DEEP) + "1" + "}".repeat(DEEP),
    `{"method":"run","params":{"input":${"[".repeat(DEEP)}${"]".repeat(DEEP)}}}`,
    ...["", "Pause", "get_history", "__proto__", "constructor", "toString", "\u0000", "pause "]
      .map((name) => JSON.stringify({ method: name })),
    ...["run", "notify", "pod_event", "rewind_to", "list_completions", "inspect_pod"]
      .flatMap((method) => [
        ...[undefined, null, 0, "x", [], {}, { x: 1 }].map((params) => ({ method, params })),
        ...[null, 7, "text", {}, [null], [[]], [{}], [{ kind: 1 }], [{ kind: "text" }]]
          .map((input) => ({ method, params: { input, message: 1, kind: "?", target: input } })),
      ])
      .map((value) => JSON.stringify(value)),
    ...[-1, 1.5, "3", null, 1e300].map((count) =>
      JSON.stringify({
        method: "rewind_to",
        params: {
          target: { segment_id: "s", user_input_entry_index: 0 },
          expected_head_entries: count,
        },
      })
    ),
    ...["{}", "[]", "null", "true", "1e999"].map((id) => `{"method":"pause","id":${id}}`),
  ];
  const bytes = [
    ...[[0xff], [0xc3, 0x28], [0x80], [0xed, 0xa0, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80]],
    ...Array.from({ length: 70 }, (_, seed) => noise(seed)),
  ].map((line) => Uint8Array.from(line));
  return [...texts.map((text) => encoder.encode(text)), ...bytes];
}

/** Bytes without a newline that are no text; the same for the same seed. */
function noise(seed: number): number[] {
  const bytes = [0xfe];
  let state = seed * 2_654_435_761 + 1;
  for (let count = 0; count < 10 + seed * 40; count++) {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    const byte = state >>> 24;
    bytes.push(byte === 10 ? 11 : byte);
  }
  return bytes;
}
