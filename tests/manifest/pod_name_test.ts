import { isPodName, podNameFor } from "../../lib/manifest/mod.ts";
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

Deno.test("70.9-15 a directory gives its name to a pod, as far as it can be one", () => {
  const names = [
    ["/srv/billing", "billing"],
    ["/srv/my proj (2)", "my-proj--2-"],
    ["/srv/été", "-t-"],
    ["/srv/.hidden", ".hidden"],
    ["/", "pod"],
    ["/srv/pods.json", "pod"],
    [`/srv/${"x".repeat(100)}`, "x".repeat(64)],
  ] as const;
  for (const [directory, name] of names) {
    equal(podNameFor(directory), name);
    equal(isPodName(podNameFor(directory)), true);
  }
});
