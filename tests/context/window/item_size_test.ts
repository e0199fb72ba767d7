import { itemSize } from "../../../lib/context/window/item_size.ts";
import { textMessage } from "../../../lib/protocol/mod.ts";
import { equal } from "../../support/assert.ts";

Deno.test("20.13-40 an item is as large as its JSON, but whose a thought is does not count", () => {
  const message = textMessage("user", "ä");
  equal(itemSize(message), new TextEncoder().encode(JSON.stringify(message)).length);
  const thought = { kind: "reasoning" as const, text: "hm", signature: "S" };
  equal(itemSize(thought), JSON.stringify(thought).length);
  equal(
    itemSize({ ...thought, scheme: "anthropic", model: "anthropic/claude-opus-5-5" }),
    itemSize(thought),
  );
});
