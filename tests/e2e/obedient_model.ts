import type { JsonObject } from "../../lib/base/mod.ts";
import { eventually } from "../support/eventually.ts";
import { type Answer, type ModelServer, startModelServer } from "../support/model_server.ts";

/**
 * A model that does what the first word of the newest message says. A conversation in which somebody has
 * said `SUM UP LATER` gets its summary when that is released, one with `SUM UP NEVER` gets none.
 */
export interface ObedientModel extends ModelServer {
  /** Waits for a request whose answer is to `wait` for this, and lets it come. */
  release(): Promise<void>;
}

const WORK: Answer = { toolCalls: [{ name: "Glob", input: { pattern: "*" } }] };

/** What the summariser of a compaction says. */
const SUMMARY: Answer = {
  toolCalls: [{ name: "write_summary", input: { text: "It was all said." } }],
};

/** What the words ask for; any other message is said again. */
const ORDERS: Readonly<Record<string, Answer>> = {
  /** Says something, and never more. */
  stall: { text: ["half ", "an answer"], stallAfterEvents: 5 },
  fail: { status: 400, errorBody: { error: { type: "invalid_request_error", message: "no" } } },
  work: WORK,
  "wait-and-work": WORK,
  /** How pod begins when it sends an answer back that does not meet a schema. */
  Your: { text: '{"n":1}' },
};

/** Starts such a model. */
export function startObedientModel(): ObedientModel {
  const waiting: (() => void)[] = [];
  const held = () => new Promise<void>((resolve) => waiting.push(resolve));
  const server = startModelServer(async ({ body }) => {
    if (JSON.stringify(body.tools).includes("write_summary")) {
      const messages = body.messages as JsonObject[];
      if (messages.length > 1) return { text: "There it is." };
      const all = JSON.stringify(messages);
      if (all.includes("SUM UP LATER")) await held();
      return all.includes("SUM UP NEVER") ? ORDERS.fail ?? SUMMARY : SUMMARY;
    }
    const asked = newestMessage(body);
    const [order = ""] = asked.split(" ", 1);
    if (order.startsWith("wait")) await held();
    return ORDERS[order] ?? { text: `you said: ${asked}` };
  });
  return {
    ...server,
    async release() {
      await eventually("a request waits", () => waiting.length > 0);
      waiting.shift()?.();
    },
  };
}

/** What a user or a notification has said last. */
function newestMessage({ messages }: JsonObject): string {
  const texts = (messages as JsonObject[])
    .filter(({ role }) => role === "user")
    .map(({ content }) => typeof content === "string" ? content : textIn(content as JsonObject[]));
  const [first = "", second = ""] = texts.findLast((text) => text !== "")?.split("\n") ?? [];
  return first === "[Notification]" ? second : first;
}

function textIn(blocks: readonly JsonObject[]): string {
  return blocks.map(({ text }) => text ?? "").join("");
}
