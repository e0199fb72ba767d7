import fc from "fast-check";
import { Course, plan } from "./course.ts";

Deno.test("whatever models, users, notifications and crashes do, the pod keeps what it accepted", async () => {
  await fc.assert(
    fc.asyncProperty(plan, async (plan) => {
      using course = await Course.start(plan);
      for (const action of plan.actions) await course.act(action);
    }),
    { numRuns: 200 },
  );
});
