/**
 * A round of a pod's life in which all happens that can be cut off: two inputs, the first with thoughts,
 * text and two batches of tool calls, and a notification in each of their runs. The model answers by what
 * the conversation has come to, so that a round can be cut off anywhere and be followed by another.
 *
 * @module
 */
import { messageOf } from "../../lib/base/mod.ts";
import type { PodClient } from "../../lib/ipc/mod.ts";
import { type Event, flattenSegments } from "../../lib/protocol/mod.ts";
import { ok } from "../support/assert.ts";
import type { Answer, RecordedRequest, Script } from "../support/model_server.ts";
import { userInput } from "../support/talk.ts";
import { readAnthropic, type SentConversation } from "../support/wire_rules.ts";

/** Gets a line for each shell command that begins: its call's id. */
export const BEGUN = "begun.txt";
/** Is there from the start, to be read. */
export const FILES = { "seed.txt": "a line\n".repeat(3000) };

/** Would be there for long if the death of pod did not end it. */
const LEFT_OVER = "(sleep 600 | cat) >/dev/null 2>&1 & ";

/** The texts of a round. */
export function roundOf(number: number) {
  return {
    first: `Round ${number}: look around`,
    firstNote: `note ${number}, while tools run`,
    second: `Round ${number}: and now?`,
    secondNote: `note ${number}, while the model speaks`,
  };
}

/** The model of these rounds, and what it was asked. */
export class BusyModel {
  /** What was wrong with requests: the API would have refused them. */
  readonly problems: string[] = [];
  /** The newest that was right. */
  asked: SentConversation | null = null;

  readonly script: Script = (request, index) => {
    try {
      this.asked = readAnthropic(request);
      return answerTo(this.asked, index);
    } catch (error) {
      this.problems.push(`request ${index}: ${messageOf(error)}: ${shortened(request)}`);
      return { status: 400, errorBody: "refused" };
    }
  };
}

function shortened({ body }: RecordedRequest): string {
  return JSON.stringify(body.messages).slice(-3000);
}

function answerTo({ items }: SentConversation, index: number): Answer {
  const inputAt = items.findLastIndex((item) =>
    item.kind === "text" && item.role === "user" && item.text.startsWith("Round ")
  );
  const input = items[inputAt];
  ok(input?.kind === "text");
  const calls = items.slice(inputAt).filter(({ kind }) => kind === "call").length;
  if (!input.text.endsWith("look around")) return lastAnswer(index);
  return [FIRST_ANSWER, SECOND_ANSWER][calls === 0 ? 0 : calls < 4 ? 1 : 2]?.(index) ??
    lastAnswer(index);
}

const FIRST_ANSWER = (index: number): Answer => ({
  thinking: ["Let ", "me ", "see."],
  signature: `signature ${index}`,
  text: ["First ", "I ", "look."],
  toolCalls: [
    bash(`tick_${index}`, `${LEFT_OVER}for i in 1 2 3; do echo $i; sleep 0.02; done`),
    { id: `read_${index}`, name: "Read", input: { file_path: "seed.txt", limit: 2 } },
    { id: `fail_${index}`, name: "Read", input: { file_path: "none.txt" } },
  ],
  stallAfterEvents: 6,
  stallMs: 20,
});

const SECOND_ANSWER = (index: number): Answer => ({
  thinking: ["And ", "more."],
  signature: `signature ${index}`,
  toolCalls: [
    bash(`long_${index}`, `${LEFT_OVER}head -c 300000 /dev/zero | tr '\\0' y`),
    { id: `write_${index}`, name: "Write", input: { file_path: `made_${index}`, content: "it" } },
  ],
});

const lastAnswer = (index: number): Answer => ({
  text: ["All ", "is ", `done `, `(${index}).`],
  stallAfterEvents: 4,
  stallMs: 20,
});

function bash(id: string, command: string) {
  return { id, name: "Bash", input: { command: `echo ${id} >>${BEGUN}; ${command}` } };
}

/** What a pod has taken for sure: it must not be lost any more. */
export interface Taken {
  readonly inputs: string[];
  readonly notes: string[];
}

/** Who plays a round with a pod. */
export interface Players {
  /** Sees all of it and gives the inputs. */
  readonly watcher: PodClient;
  /** Gives the notifications. */
  readonly notifier: PodClient;
  /** Called with each event. */
  readonly step: (event: Event) => void;
}

/** Plays a round with an idle pod, up to its end or the pod's. What is taken is added to `taken`. */
export async function playRound(number: number, players: Players, taken: Taken): Promise<void> {
  const { first, firstNote, second, secondNote } = roundOf(number);
  await playInput(first, { text: firstNote, at: "tool_result" }, players, taken);
  await playInput(second, { text: secondNote, at: "text_delta" }, players, taken);
}

async function playInput(
  input: string,
  note: { readonly text: string; readonly at: Event["event"] },
  { watcher, notifier, step }: Players,
  taken: Taken,
): Promise<void> {
  const say = () => watcher.send({ ...userInput(input), id: input });
  await say();
  let isRefused = false;
  let noting: Promise<void> | undefined;
  for await (const event of watcher) {
    step(event);
    if (event.event === "user_message") taken.inputs.push(flattenSegments(event.data.segments));
    if (event.event === note.at && noting === undefined) {
      noting = notify(notifier, note.text, taken);
      // It may fail while others are still heard; it is waited for, and tells, after that.
      noting.catch(() => {});
    }
    // A notification that came a little late has a run of its own, which comes first.
    if (event.event === "error" && event.reply_to === input) isRefused = true;
    if (event.event !== "status" || event.data.status !== "idle") continue;
    if (!isRefused) break;
    isRefused = false;
    await say();
  }
  await noting;
}

/**
 * Taken is what the pod has said that it took. Without an id it says nothing, and a notification that wakes
 * an idle pod is then in the log no sooner than the model is told of it (design: decision 29).
 */
async function notify(client: PodClient, message: string, { notes }: Taken): Promise<void> {
  await client.send({ method: "notify", params: { message }, id: message });
  for await (const event of client) {
    if (event.reply_to !== message) continue;
    ok(event.event !== "error");
    notes.push(message);
    return;
  }
}
