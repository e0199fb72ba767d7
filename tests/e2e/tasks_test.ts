import type { JsonObject } from "../../lib/base/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { eventsOf } from "../support/run_output.ts";

const creates = (id: string, subject: string) => ({
  id,
  name: "TaskCreate",
  input: { subject, description: `about ${subject}` },
});
const updates = (id: string, taskid: number, status: string) => ({
  id,
  name: "TaskUpdate",
  input: { taskid, status },
});

/** The summary of each tool result that a run has shown. */
async function summariesOf(workspace: Workspace, env: Record<string, string>): Promise<string[]> {
  const run = ["run", "-n", "worker", "-o", "stream-json", "Go on"];
  const events = eventsOf(await workspace.run(run, { env }));
  return events
    .filter(({ event }) => event === "tool_result")
    .map(({ data }) => `${data?.summary}`);
}

Deno.test("30.14-35 50.13-30 a second run goes on with the tasks of the first", async () => {
  await using server = startModelServer([
    { toolCalls: [creates("a", "one"), creates("b", "two"), updates("c", 1, "inprogress")] },
    { text: "Noted." },
    { toolCalls: [{ id: "d", name: "TaskList", input: {} }] },
    {
      toolCalls: [updates("e", 1, "completed"), creates("f", "three"), updates("g", 9, "pending")],
    },
    { text: "Done." },
  ]);
  await using workspace = await Workspace.create();
  const env = anthropicAt(server);
  deepEqual((await summariesOf(workspace, env)).map((summary) => summary.split("\n")[0]), [
    "Created task 1 (pending)",
    "Created task 2 (pending)",
    "Updated task 1 (inprogress)",
  ]);
  deepEqual(await summariesOf(workspace, env), [
    "TaskStore: 2 task(s) (pending: 1, inprogress: 1, completed: 0, deleted: 0)",
    "Updated task 1 (completed)\n" +
    "TaskStore: 2 task(s) (pending: 1, inprogress: 0, completed: 1, deleted: 0)",
    "Created task 3 (pending)\n" +
    "TaskStore: 3 task(s) (pending: 2, inprogress: 0, completed: 1, deleted: 0)",
    "Tool execution failed: Execution failed: taskid 9 not found",
  ]);
  match(JSON.stringify(server.requests[3]?.body.messages), /about two/);
});

Deno.test("50.1.1 the model is told of the same tools in the same order by every run", async () => {
  await using server = startModelServer([{ text: "One." }, { text: "Two." }]);
  await using workspace = await Workspace.create();
  const env = anthropicAt(server);
  await summariesOf(workspace, env);
  await summariesOf(workspace, env);
  const [first, second] = server.requests.map(({ body }) => body.tools as JsonObject[]);
  const names = first?.map(({ name }) => `${name}`);
  deepEqual(names, names?.toSorted());
  equal(names?.filter((name) => name.startsWith("Task")).length, 4);
  // The last tool carries the mark up to where the provider caches, so it is in both or in neither.
  equal(JSON.stringify(first), JSON.stringify(second));
});
