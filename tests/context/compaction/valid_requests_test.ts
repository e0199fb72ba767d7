import fc from "fast-check";
import type { JsonObject } from "../../../lib/base/mod.ts";
import { compactedHistory } from "../../../lib/context/compaction/compacted_history.ts";
import { retainedTail } from "../../../lib/context/compaction/retained_tail.ts";
import { ContextWindow } from "../../../lib/context/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../../lib/protocol/mod.ts";
import { anthropicBody } from "../../../lib/providers/anthropic_request.ts";
import { geminiBody } from "../../../lib/providers/gemini_request.ts";
import { BUILTIN_CATALOG, type ModelRequest, resolveModel } from "../../../lib/providers/mod.ts";
import { openaiChatBody } from "../../../lib/providers/openai_chat_request.ts";
import { openaiResponsesBody } from "../../../lib/providers/openai_responses_request.ts";
import { replayTasks } from "../../../lib/tools/mod.ts";
import { equal } from "../../support/assert.ts";
import { readGemini } from "../../support/gemini_rules.ts";
import { READ_TOOL } from "../../support/model_calls.ts";
import type { RecordedRequest } from "../../support/model_server.ts";
import {
  readAnthropic,
  readOpenai,
  readResponses,
  type SentConversation,
} from "../../support/wire_rules.ts";

/** How each scheme makes a request, and how its API reads one. */
const SCHEMES = [
  { ref: "anthropic/claude-sonnet-4-6", body: anthropicBody, read: readAnthropic },
  { ref: "openrouter/openai/gpt-5", body: openaiChatBody, read: readOpenai },
  { ref: "openai/gpt-5.5", body: openaiResponsesBody, read: readResponses },
  { ref: "gemini/gemini-3.8-flash", body: geminiBody, read: readGemini },
].map(({ ref, body, read }) => {
  const model = resolveModel({ ref }, BUILTIN_CATALOG);
  return (request: ModelRequest): SentConversation =>
    read(received(JSON.parse(JSON.stringify(body(request, model)))));
});

/** A request as a server has it, with a key in every header where one may be looked for. */
function received(body: JsonObject): RecordedRequest {
  return {
    method: "POST",
    path: "/v1beta/models/gemini-3.8-flash:streamGenerateContent?alt=sse",
    headers: {
      authorization: "Bearer key",
      "x-api-key": "key",
      "x-goog-api-key": "key",
      "anthropic-version": "2023-06-01",
    },
    body,
    closed: Promise.resolve("sent"),
  };
}

interface Round {
  readonly thought: "none" | "signed" | "encrypted" | "foreign";
  readonly speaks: boolean;
  readonly calls: number;
  readonly size: number;
  readonly note: boolean;
  readonly task: boolean;
}

const round: fc.Arbitrary<Round> = fc.record({
  thought: fc.constantFrom("none", "signed", "encrypted", "foreign"),
  speaks: fc.boolean(),
  calls: fc.nat(3),
  size: fc.nat(3000),
  note: fc.boolean(),
  task: fc.boolean(),
});

/** What a session of such rounds leaves: each begins with a request and ends with the model's words. */
function historyOf(rounds: readonly Round[]): Item[] {
  return rounds.flatMap(({ thought, speaks, calls, size, note, task }, index): Item[] => {
    const ids = Array.from({ length: calls }, (_, call) => `c${index}_${call}`);
    const thoughts: Record<Round["thought"], Item[]> = {
      none: [],
      signed: [{ kind: "reasoning", text: "hm", signature: "UzE=" }],
      encrypted: [{ kind: "reasoning", text: "", summary: ["p"], encrypted_content: "RTE=" }],
      foreign: [{ kind: "reasoning", text: "hm", signature: "UzI=", scheme: "elsewhere" }],
    };
    return [
      textMessage("user", `request ${index}`),
      ...note ? [textMessage("system", "[Notification]\nsomething")] : [],
      ...thoughts[thought],
      ...speaks ? [textMessage("assistant", "I look.")] : [],
      ...ids.map((call_id): Item => ({
        kind: "tool_call",
        call_id,
        name: task ? "TaskCreate" : "Read",
        arguments: task ? '{"subject":"s","description":"d"}' : "{}",
      })),
      ...ids.map((call_id): Item => ({
        kind: "tool_result",
        call_id,
        summary: task ? "Created task 1 (pending)" : "looked",
        content: "x".repeat(size),
        ...(size % 5 === 0 && { is_error: true }),
      })),
      textMessage("assistant", "done"),
    ];
  });
}

function assertValid(items: readonly Item[]): void {
  for (const send of SCHEMES) {
    const { items: sent } = send({
      system: "You are a pod.",
      items,
      tools: [READ_TOOL],
      config: DEFAULT_REQUEST_CONFIG,
      cacheKey: "segment",
      cacheAnchor: 0,
    });
    const calls = items.filter(({ kind }) => kind === "tool_call").length;
    equal(sent.filter(({ kind }) => kind === "call").length, calls);
  }
}

const next = textMessage("user", "and now?");

Deno.test("40.12-32 whatever the history and the cut: a compacted request is valid for every scheme", () => {
  const path = "/w/a.ts";
  const version = { canonicalPath: path, fingerprint: "1" };
  const file = { path, text: "const a = 1;\n", version };
  fc.assert(
    fc.property(
      fc.array(round, { minLength: 1, maxLength: 8 }),
      fc.nat(4000),
      fc.nat(4000),
      fc.boolean(),
      (rounds, retained, wantedTokens, withFile) => {
        const items = historyOf(rounds);
        const { tokens } = new ContextWindow(items).estimate();
        const { history: compacted } = compactedHistory({
          summary: "## Active Task\nGo on.",
          files: withFile ? [file] : [],
          references: withFile ? [] : ["/w/b.ts"],
          items,
          tail: retainedTail(items, tokens, retained),
          tasks: replayTasks(items),
          taskCallId: "compact-tasklist-1",
        }, { wantedTokens, maxTokens: Infinity });
        assertValid([...compacted, next]);
      },
    ),
  );
});

Deno.test("40.12-25 whatever the history and the mark: a pruned request is valid for every scheme", () => {
  fc.assert(
    fc.property(
      fc.array(round, { minLength: 1, maxLength: 8 }),
      fc.nat(60),
      (rounds, mark) => {
        const history = [...historyOf(rounds), next];
        const window = new ContextWindow(history);
        window.pruneBelow(mark);
        assertValid(window.items());
      },
    ),
  );
});
