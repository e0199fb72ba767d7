import { isPodName } from "../../lib/manifest/mod.ts";
import { equal } from "../support/assert.ts";

Deno.test("30.14-45 a new pod has a short name of safe characters that is not that of the table", () => {
  for (const name of ["agent", "run-1a2b", "A.b_c", "x".repeat(64)]) {
    equal(isPodName(name), true, name);
  }
  const refused = ["", ".", "..", "a/b", "my pod", "größe", "x".repeat(65), "a\n"];
  for (const name of [...refused, "pods.json", "pods.json.lock"]) {
    equal(isPodName(name), false, name);
  }
});
