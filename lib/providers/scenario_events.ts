import { isJsonObject, type JsonValue } from "../base/mod.ts";
import type { BlockHead, ModelEvent } from "./model.ts";
import { fillPlaceholders } from "./placeholder.ts";
import { callName, placeOf, type Scenario, type ScenarioAnswer } from "./scenario.ts";
import { newCallId, type ScenarioHistory } from "./scenario_history.ts";

interface Block {
  readonly head: BlockHead;
  readonly deltas: Iterable<string>;
}

/**
 * The stream of answer `index`: thinking, text, tool calls, usage, stop. An answer that stalls ends
 * before the end of its last block.
 *
 * @throws {ModelError} of kind `config` when a placeholder stands for nothing.
 */
export function* scenarioEvents(
  scenario: Scenario,
  index: number,
  history: ScenarioHistory,
): Generator<ModelEvent> {
  const answer = scenario.answer[index];
  if (answer === undefined) return;
  const blocks = blocksOf(scenario, index, answer, history);
  for (const [number, { head, deltas }] of blocks.entries()) {
    yield { type: "block_start", index: number, block: head };
    for (const text of deltas) yield { type: "block_delta", index: number, text };
    if (answer.stall && number === blocks.length - 1) return;
    yield { type: "block_stop", index: number };
  }
  if (answer.stall) return;
  if (answer.usage !== undefined) {
    const { usage } = answer;
    yield {
      type: "usage",
      usage: {
        inputTokens: usage.input_tokens ?? null,
        outputTokens: usage.output_tokens ?? null,
        cacheReadTokens: usage.cache_read_tokens ?? null,
        cacheWriteTokens: usage.cache_write_tokens ?? null,
      },
    };
  }
  const reason = answer.tool_call.length > 0 ? "tool_use" : "end_turn";
  yield { type: "stop", reason: answer.stop_reason ?? reason };
}

function blocksOf(
  scenario: Scenario,
  index: number,
  answer: ScenarioAnswer,
  history: ScenarioHistory,
): Block[] {
  const fill = (part: string) => (text: string) =>
    fillPlaceholders(text, history, placeOf(scenario, index, part));
  const blocks: Block[] = [];
  if (answer.thinking.length > 0) {
    blocks.push({ head: { kind: "thinking" }, deltas: answer.thinking.map(fill("thinking")) });
  }
  if (answer.text.length > 0) {
    const text = answer.text.map(fill("text"));
    blocks.push({ head: { kind: "text" }, deltas: repeat(text, answer.repeat_text) });
  }
  for (const [number, call] of answer.tool_call.entries()) {
    const id = newCallId(callName(call, index, number), history);
    const deltas = isJsonObject(call.arguments)
      ? [JSON.stringify(mapTexts(call.arguments, fill(`tool_call.${number}.arguments`)))]
      : call.arguments;
    blocks.push({ head: { kind: "tool_call", id, name: call.name }, deltas });
  }
  return blocks;
}

function* repeat(texts: readonly string[], times: number): Generator<string> {
  for (let round = 0; round < times; round++) yield* texts;
}

/** The value with `change` applied to every text in it. */
function mapTexts(value: JsonValue, change: (text: string) => string): JsonValue {
  if (typeof value === "string") return change(value);
  if (Array.isArray(value)) return value.map((element) => mapTexts(element, change));
  if (!isJsonObject(value)) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, element]) => [key, mapTexts(element, change)]),
  );
}
