import { deepEqual, equal, rejects } from "../support/assert.ts";
import * as v from "valibot";
import { ToolError } from "../../lib/agent/mod.ts";
import { FileTracker } from "../../lib/tools/mod.ts";
import { createFileTools, defineTool, optionalCount } from "../../lib/tools/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";

const context = { callId: "call", signal: new AbortController().signal };
const echo = defineTool({
  name: "Echo",
  description: "Says it again.",
  input: v.object({
    text: v.string(),
    times: optionalCount("How often.", 1),
    mode: v.nullish(v.picklist(["loud", "quiet"])),
    deep: v.optional(v.boolean(), false),
  }),
  execute: (input) => Promise.resolve({ summary: JSON.stringify(input) }),
});

Deno.test("a tool's JSON Schema is plain and made once", () => {
  deepEqual(echo.inputSchema, {
    type: "object",
    properties: {
      text: { type: "string" },
      times: { type: ["integer", "null"], minimum: 0, description: "How often.", default: 1 },
      mode: { type: ["string", "null"], enum: ["loud", "quiet", null] },
      deep: { type: "boolean", default: false },
    },
    required: ["text"],
  });
  equal(echo.inputSchema, echo.inputSchema);
  equal(echo.inOrder, false);
});

Deno.test("a tool gets its arguments with defaults filled in and unknown ones left out", async () => {
  const { summary } = await echo.execute({ text: "a", times: null, other: 1 }, context);
  deepEqual(JSON.parse(summary), { text: "a", times: 1, deep: false });
});

Deno.test("arguments that do not fit are the model's fault, and all are named", async () => {
  await rejects(echo.execute({}, context), (error) => {
    equal(error instanceof ToolError && error.kind, "Invalid argument");
    equal(
      error instanceof Error && error.message,
      'invalid Echo input: Invalid key: Expected "text" but received undefined',
    );
    return true;
  });
  await rejects(echo.execute({ text: 1, times: -1, deep: null }, context), {
    message: "invalid Echo input: text: Invalid type: Expected string but received 1; " +
      "times: Invalid value: Expected >=0 but received -1; " +
      "deep: Invalid type: Expected boolean but received null",
  });
});

Deno.test("Read, Write and Edit declare the arguments of the spec and run in order", async () => {
  await using space = await FileWorkspace.create();
  const tools = createFileTools({ files: space.files, tracker: new FileTracker() });
  const shapes = tools.map(({ name, inputSchema, inOrder }) => ({
    name,
    inOrder,
    properties: Object.keys(inputSchema.properties ?? {}),
    required: inputSchema.required,
  }));
  deepEqual(shapes, [
    {
      name: "Read",
      inOrder: true,
      properties: ["file_path", "offset", "limit"],
      required: ["file_path"],
    },
    {
      name: "Write",
      inOrder: true,
      properties: ["file_path", "content"],
      required: ["file_path", "content"],
    },
    {
      name: "Edit",
      inOrder: true,
      properties: ["file_path", "old_string", "new_string", "replace_all"],
      required: ["file_path", "old_string", "new_string"],
    },
  ]);
});
