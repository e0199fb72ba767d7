import { ContextWindow } from "../../lib/context/mod.ts";
import { DEFAULT_REQUEST_CONFIG, type Item, textMessage } from "../../lib/protocol/mod.ts";
import { anthropicBody } from "../../lib/providers/anthropic_request.ts";
import { BUILTIN_CATALOG, resolveModel } from "../../lib/providers/mod.ts";
import { openaiChatBody } from "../../lib/providers/openai_chat_request.ts";
import type { Figure } from "./figure.ts";
import { median } from "./process_meter.ts";

const TOKENS = 150_000;
const BYTES_PER_TURN = 3200;
const ITEMS_PER_TURN = 4;
const ROUNDS = 15;
/** All is looked at and nothing is dropped: the request is as long as the history. */
const LIMITS = { protectedTokens: 8000, minSavings: Infinity };

/** A history of so many tokens, as a session with tools leaves it. */
function historyOf(tokens: number): Item[] {
  const history: Item[] = [textMessage("user", "Look at everything.")];
  for (let turn = 0; turn < tokens * 4 / BYTES_PER_TURN; turn++) {
    const call_id = `call_${turn}`;
    history.push(
      {
        kind: "reasoning",
        text: "I should look at the next one. ".repeat(8),
        signature: "S".repeat(300),
      },
      textMessage("assistant", "Now the next file."),
      { kind: "tool_call", call_id, name: "Read", arguments: `{"file_path":"/w/${turn}.ts"}` },
      {
        kind: "tool_result",
        call_id,
        summary: "Read 60 line(s)",
        content: "const line = 1;\n".repeat(140),
      },
    );
  }
  return history;
}

/**
 * What making the body of a request out of a long history costs, beside stringifying that history. Encoding
 * the body is left out; it costs about as much as the history does.
 */
export function benchRequestBuilding(): Figure[] {
  const builders = [
    { scheme: "anthropic", ref: "anthropic/claude-sonnet-4-6", body: anthropicBody },
    { scheme: "openai_chat", ref: "openrouter/openai/gpt-5", body: openaiChatBody },
  ];
  return builders.map(({ scheme, ref, body }): Figure => {
    const model = resolveModel({ ref }, BUILTIN_CATALOG);
    const history = historyOf(TOKENS);
    const window = new ContextWindow(history);
    // As a session leaves it: each request so far was measured.
    for (let length = 1; length <= history.length; length += ITEMS_PER_TURN) {
      window.measured(length, Math.ceil(TOKENS * length / history.length));
    }
    const build = () => {
      // A turn has added its items since the request before.
      history.push(textMessage("user", "go on"));
      window.prune(LIMITS);
      return body({
        system: "You are a pod.",
        items: window.items(),
        tools: [],
        config: DEFAULT_REQUEST_CONFIG,
      }, model);
    };
    const ours: number[] = [];
    const bare: number[] = [];
    for (let round = 0; round < ROUNDS; round++) {
      bare.push(milliseconds(() => JSON.stringify(history)));
      ours.push(milliseconds(build));
    }
    return {
      name: `${scheme} body of ${TOKENS} tokens, beside stringify`,
      value: median(ours),
      unit: "ms",
      base: median(bare),
      goal: 1.5,
    };
  });
}

function milliseconds(work: () => unknown): number {
  const start = performance.now();
  work();
  return performance.now() - start;
}
