import * as v from "valibot";
import type { RecordedRequest } from "./model_server.ts";
import {
  callId,
  checkCalls,
  checkTools,
  demand,
  filled,
  object,
  objectSchema,
  type SentConversation,
  type SentItem,
  text,
  toolName,
} from "./wire_rules.ts";

const thoughtSignature = v.exactOptional(filled);
const geminiText = v.strictObject({
  text: v.string(),
  thought: v.exactOptional(v.literal(true)),
  thoughtSignature,
});
const functionCall = v.strictObject({
  functionCall: v.strictObject({ id: callId, name: toolName, args: object }),
  thoughtSignature,
});
const functionResponse = v.strictObject({
  functionResponse: v.strictObject({
    id: callId,
    name: toolName,
    response: v.union([v.strictObject({ output: filled }), v.strictObject({ error: filled })]),
  }),
});
const geminiContent = v.strictObject({
  role: v.picklist(["user", "model"]),
  parts: v.pipe(v.array(v.union([geminiText, functionCall, functionResponse])), v.nonEmpty()),
});

/** @see https://ai.google.dev/api/generate-content */
const geminiRequest = v.strictObject({
  contents: v.array(geminiContent),
  systemInstruction: v.strictObject({
    role: v.literal("user"),
    parts: v.tuple([v.strictObject({ text })]),
  }),
  tools: v.tuple([v.strictObject({
    functionDeclarations: v.array(v.strictObject({
      name: toolName,
      description: text,
      parametersJsonSchema: objectSchema,
    })),
  })]),
  toolConfig: v.strictObject({
    functionCallingConfig: v.strictObject({ mode: v.literal("AUTO") }),
  }),
  generationConfig: v.strictObject({
    thinkingConfig: v.exactOptional(v.strictObject({
      thinkingBudget: v.pipe(v.number(), v.integer(), v.minValue(-1)),
      includeThoughts: v.literal(true),
    })),
  }),
});

/** Reads a request as Gemini would; throws where that API would refuse it. */
export function readGemini({ headers, path, body }: RecordedRequest): SentConversation {
  demand(Boolean(headers["x-goog-api-key"]), "no key");
  demand(path.endsWith(":streamGenerateContent?alt=sse"), "no stream of events");
  const { contents, systemInstruction, tools } = v.parse(geminiRequest, body);
  demand(contents.length % 2 === 1, "the last content is not the user's");

  const items: SentItem[] = [];
  const names = new Map<string, string>();
  for (const [index, { role, parts }] of contents.entries()) {
    const isUser = index % 2 === 0;
    demand(role === (isUser ? "user" : "model"), `content ${index} out of turn`);
    const firstCall = parts.find((part) => "functionCall" in part);
    for (const part of parts) {
      if ("functionCall" in part) {
        demand(!isUser, "a call of the user's");
        demand(part !== firstCall || part.thoughtSignature !== undefined, "an unsigned call");
        const { id, name, args: input } = part.functionCall;
        names.set(id, name);
        const { thoughtSignature: signature } = part;
        items.push({ kind: "call", id, name, input, ...(signature && { signature }) });
      } else if ("functionResponse" in part) {
        demand(isUser, "a result of the model's");
        const { id, name, response } = part.functionResponse;
        demand(names.get(id) === name, `${id} was no call of ${name}`);
        const failed = "error" in response;
        items.push({ kind: "result", id, text: failed ? response.error : response.output, failed });
      } else if (part.thought) {
        items.push({ kind: "thinking", text: part.text, signature: `${part.thoughtSignature}` });
      } else if (part.text !== "") {
        items.push({ kind: "text", role: isUser ? "user" : "assistant", text: part.text });
      } else demand(!isUser && part.thoughtSignature !== undefined, "a text without content");
    }
  }
  checkCalls(items);
  return {
    system: systemInstruction.parts[0].text,
    items,
    messages: contents.map((content) => JSON.stringify(content)),
    tools: checkTools(tools[0].functionDeclarations.map((tool) => tool.name)),
  };
}
