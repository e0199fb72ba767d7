import { isStoredPodName } from "../../lib/session/mod.ts";
import { equal } from "../support/assert.ts";

Deno.test("30.14-45 names that cannot be a folder are refused, old free ones are read", () => {
  for (const name of ["", ".", "..", "a/b", "a\0b"]) equal(isStoredPodName(name), false, name);
  for (const name of ["agent", "my pod", "größe", "..."]) equal(isStoredPodName(name), true, name);
});
