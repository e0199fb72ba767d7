import { sleep, yieldToEventLoop } from "../base/mod.ts";
import { responseError, streamError } from "./call_error.ts";
import demoTour from "./demo_tour.toml" with { type: "text" };
import { type Model, ModelError, type ModelEvent, type ModelInfo } from "./model.ts";
import { evaluate, type Facts, parseExpression, scenarioError } from "./placeholder.ts";
import {
  parseScenario,
  placeOf,
  type Scenario,
  type ScenarioAnswer,
  type ScenarioFailure,
} from "./scenario.ts";
import { scenarioEvents } from "./scenario_events.ts";
import { readHistory } from "./scenario_history.ts";

/** The scenarios that are part of pod: the models of provider `demo`. */
const BUILT_IN: ReadonlyMap<string, string> = new Map([["tour", demoTour]]);

const ERROR_PREFIXES = {
  transport: "HTTP error: ",
  timeout: "",
  broken: "SSE parse error: ",
  config: "Config error: ",
} as const;

/** Events after which an abort gets a chance to be heard. */
const EVENTS_PER_BREATH = 64;

/**
 * Opens a scenario.
 *
 * @param location the scenario's name when the provider is `demo`, else the path of its file.
 * @throws {ProviderError} there is no such scenario, or it is broken; and what `readText` throws.
 */
export async function openScripted(
  info: ModelInfo,
  location: string,
  readText: (path: string) => Promise<string>,
): Promise<Model> {
  const isDemo = info.provider === "demo";
  const source = isDemo ? `demo/${location}` : location;
  const text = isDemo ? BUILT_IN.get(location) : await readText(location);
  if (text === undefined) {
    const known = [...BUILT_IN.keys()].map((name) => `demo/${name}`).join(", ");
    throw scenarioError(source, `not built in; there is: ${known}`);
  }
  return scriptedModel({ scenario: await parseScenario(text, source), info });
}

/** A model that plays a scenario: to each request the next answer whose conditions hold. */
export function scriptedModel(
  { scenario, info }: { readonly scenario: Scenario; readonly info: ModelInfo },
): Model {
  let position = 0;
  let requests = 0;
  return {
    info,
    unsupported: () => [],
    async *stream({ items }, signal) {
      requests++;
      const history = readHistory(items);
      const index = findAnswer(scenario, position, history);
      const answer = scenario.answer[index];
      if (answer === undefined) throw usedUp(scenario, requests);
      position = index + 1;
      yield* send(answer, scenarioEvents(scenario, index, history), signal);
    },
  };
}

/** The index of the first answer from `start` on that applies, or -1; none is looked at twice. */
function findAnswer(scenario: Scenario, start: number, facts: Facts): number {
  const count = scenario.answer.length;
  for (let step = 0; step < count; step++) {
    const index = scenario.loop ? (start + step) % count : start + step;
    const answer = scenario.answer[index];
    if (answer === undefined) return -1;
    const value = (part: "when" | "unless") => {
      const expression = answer[part];
      if (expression === undefined) return undefined;
      return evaluate(parseExpression(expression, placeOf(scenario, index, part)), facts);
    };
    if (answer.when !== undefined && !value("when")) continue;
    if (value("unless")) continue;
    return index;
  }
  return -1;
}

/** Gives out an answer in its own time, up to where it fails or stalls. */
async function* send(
  answer: ScenarioAnswer,
  events: Iterable<ModelEvent>,
  signal: AbortSignal,
): AsyncGenerator<ModelEvent> {
  const { error, chunk_delay_ms: chunkDelayMs } = answer;
  if (answer.delay_ms > 0) await sleep(answer.delay_ms, signal);
  let sent = 0;
  let deltas = 0;
  for (const event of events) {
    if (event.type === "block_delta" && deltas++ > 0 && chunkDelayMs > 0) {
      await sleep(chunkDelayMs, signal);
    } else if (sent % EVENTS_PER_BREATH === 0) {
      await yieldToEventLoop();
    }
    if (signal.aborted) return;
    if (error !== undefined && (sent >= error.after_events || event.type === "stop")) {
      throw failureError(error);
    }
    yield event;
    sent++;
  }
  if (answer.stall) await untilAborted(signal);
}

/** The error that a real model would have failed with; the texts are those of spec 20 §5.3. */
function failureError(failure: ScenarioFailure): ModelError {
  const { kind, message, status, code, retry_after_ms: retryAfterMs } = failure;
  if (kind !== "api") {
    return new ModelError(kind, `${ERROR_PREFIXES[kind]}${message}`, { status, retryAfterMs });
  }
  const body = { error: { message, code } };
  if (status === undefined) return streamError(body, undefined);
  const headers = new Headers();
  if (retryAfterMs !== undefined) headers.set("retry-after-ms", `${retryAfterMs}`);
  return responseError(new Response(null, { status, headers }), JSON.stringify(body));
}

function usedUp(scenario: Scenario, requests: number): ModelError {
  return failureError({
    kind: "api",
    status: 500,
    message: `${scenario.source} has no answer for request ${requests}`,
    after_events: 0,
  });
}

function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
