import { type Item, messageText, openToolCalls, textMessage } from "../../lib/protocol/mod.ts";
import { deepEqual, equal } from "../support/assert.ts";

const call = (id: string): Item => ({ kind: "tool_call", call_id: id, name: "T", arguments: "{}" });
const result = (id: string): Item => ({ kind: "tool_result", call_id: id, summary: "" });

Deno.test("30.14-18 open calls come in the order in which they were made", () => {
  const history = [call("c1"), call("c2"), call("c3"), result("c1")];
  deepEqual(openToolCalls(history), [call("c2"), call("c3")]);
});

Deno.test("30.14-18 a history whose calls are answered has no open calls", () => {
  deepEqual(openToolCalls([textMessage("user", "a"), call("c1"), result("c1")]), []);
  deepEqual(openToolCalls([]), []);
});

Deno.test("the text of a message includes its refusals", () => {
  const message = textMessage("assistant", "I ");
  message.content.push({ kind: "refusal", refusal: "will not" });
  equal(messageText(message), "I will not");
});
