import * as v from "valibot";
import { flattenSegments, inputSegment } from "../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";
import { SEGMENT_LINES } from "./examples.ts";

for (const line of SEGMENT_LINES) {
  Deno.test(`10.15-8 segment ${JSON.parse(line).kind} keeps its line`, () => {
    equal(JSON.stringify(v.parse(inputSegment, JSON.parse(line))), line);
  });
}

Deno.test("10.15-14 segments are joined without anything between them", () => {
  const segments = SEGMENT_LINES.map((line) => v.parse(inputSegment, JSON.parse(line)));
  equal(
    flattenSegments(segments),
    "see line1\nline2@notes.md#release-process/review",
  );
});

Deno.test("10.15-8 an unknown segment keeps its keys and reads as a placeholder", () => {
  const unknown = { kind: "image_ref", url: "x", size: { width: 1 } };
  const segment = v.parse(inputSegment, unknown);
  deepEqual(segment, unknown);
  equal(flattenSegments([segment]), "[unknown input segment]");
});
