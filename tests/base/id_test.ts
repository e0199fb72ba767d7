import { idTime, newId } from "../../lib/base/mod.ts";
import { equal, ok } from "../support/assert.ts";

Deno.test("an id tells when it was made", () => {
  const before = Date.now();
  const time = idTime(newId());
  ok(time !== null && time >= before && time <= Date.now());
  equal(idTime("017f22e2-79b0-7cc3-98c4-dc0c0c07398f"), Date.parse("2022-02-22T19:22:22Z"));
});

Deno.test("texts that are no id of that kind tell no time", () => {
  for (const text of ["", "session-1", "9b9dbe7a-6a5c-4f5b-8f5f-0c1d2e3f4a5b"]) {
    equal(idTime(text), null);
  }
});
