import { lintWorkflows } from "../../../lib/context/mod.ts";
import { deepEqual } from "../../support/assert.ts";
import { document, WorkflowProject } from "./workspace.ts";

async function lint(files: Record<string, string>): Promise<string[]> {
  await using project = await WorkflowProject.create(files);
  return project.inShort(await lintWorkflows(project.sources));
}

Deno.test("40.12-39 the linter finds what the loader lets pass, each by itself", async () => {
  const found = await lint({
    "knowledge/style.md": document({ description: "d" }),
    "workflow/a-fine.md": document({ description: "d", requires: ["style"] }, "x".repeat(8000)),
    "workflow/b-long.md": document({ description: "d" }, "x".repeat(8001)),
    "workflow/c-lost.md": document({ description: "d", requires: ["style", "none"] }),
    "workflow/d-wide.md": document({ description: "x".repeat(1025), model_invokation: true }),
    "skills/big/SKILL.md": document({ name: "big", description: "d" }, "x".repeat(9000)),
  });
  deepEqual(found, [
    "workflow/d-wide.md error: Workflow with model_invokation: true cannot have description longer " +
    "than 1024 chars (got 1025)",
    "workflow/b-long.md warning: body exceeds the Workflow size limit: 8001 chars > 8000",
    "workflow/c-lost.md warning: `requires` references unknown knowledge slug `none`",
  ]);
});

Deno.test("40.12-39 the linter has nothing to say about what is right", async () => {
  deepEqual(await lint({ "workflow/fine.md": document({ description: "d" }) }), []);
});
