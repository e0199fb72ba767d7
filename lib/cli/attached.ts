import { messageOf, newId } from "../base/mod.ts";
import type { PodClient } from "../ipc/mod.ts";
import type { Event, PodStatus, RequestId } from "../protocol/mod.ts";
import type { ConversationRenderer } from "./output/conversation_renderer.ts";
import { tell } from "./pod_connection.ts";
import { endOf, statusOf } from "./read_event.ts";
import { liveReferences } from "./references.ts";

/** A person, or a script, at a live pod: what was sent there from here, and what has come of it. */
export class Attached {
  readonly #client: PodClient;
  readonly #view: ConversationRenderer;
  readonly #isTerminal: boolean;
  /** Inputs that the pod has not answered yet. */
  readonly #unanswered = new Set<RequestId>();
  /** Whether it has taken one that is not in the conversation yet: no other can come before that. */
  #isTaken = false;
  #status: PodStatus;
  #isInputOver = false;
  #isInterrupted = false;
  #hasLeft = false;
  #wasRefused = false;

  /** @param isTerminal whether what is sent is typed, and thus on the screen already */
  constructor(client: PodClient, view: ConversationRenderer, isTerminal: boolean) {
    this.#client = client;
    this.#view = view;
    this.#isTerminal = isTerminal;
    this.#status = client.snapshot.data.status;
  }

  /** Whether the connection was closed on this side. */
  get hasLeft(): boolean {
    return this.#hasLeft;
  }

  /** Whether the pod has refused an input. */
  get wasRefused(): boolean {
    return this.#wasRefused;
  }

  /** Shows an event. */
  hear(event: Event): void {
    if (event.reply_to !== undefined) this.#hearAnswer(event, event.reply_to);
    else this.#hearNews(event);
    this.#leaveIfDone();
  }

  /** Sends each line as an input. Leaves when there are no more, and the pod has taken or refused all. */
  async send(input: ReadableStream<Uint8Array<ArrayBuffer>>): Promise<void> {
    let rest = "";
    try {
      for await (const text of input.pipeThrough(new TextDecoderStream())) {
        const lines = (rest + text).split("\n");
        rest = lines.pop() ?? "";
        for (const line of lines) await this.#sendLine(line);
      }
    } catch (error) {
      this.#view.note(`standard input cannot be read: ${messageOf(error)}`);
    }
    await this.#sendLine(rest);
    this.#isInputOver = true;
    this.#leaveIfDone();
  }

  /** Pauses the pod; the second time in a turn, leaves. */
  interrupt(): void {
    // The terminal has shown `^C`.
    if (this.#isTerminal) this.#view.newLine();
    if (this.#isInterrupted) return this.#leave();
    this.#isInterrupted = true;
    if (this.#status !== "running") {
      return this.#view.note(`nothing is running; Ctrl-C again leaves`);
    }
    this.#view.note("pausing; Ctrl-C again leaves");
    void tell(this.#client, { method: "pause", id: newId() });
  }

  async #sendLine(line: string): Promise<void> {
    if (line.trim() === "") return;
    const id = newId();
    this.#unanswered.add(id);
    const typed = [{ kind: "text" as const, content: line.trimEnd() }];
    const input = await liveReferences(this.#client, typed, (note) => this.#view.note(note));
    await tell(this.#client, { method: "run", params: { input }, id });
  }

  #hearAnswer(event: Event, id: RequestId): void {
    const isInput = this.#unanswered.delete(id);
    if (event.event === "error") {
      this.#wasRefused ||= isInput;
      this.#view.note(`${isInput ? "not taken: " : ""}${event.data.message}`);
    } else if (isInput) {
      this.#isTaken = true;
    }
  }

  #hearNews(event: Event): void {
    const isOwnInput = this.#isTaken && event.event === "user_message";
    if (isOwnInput || endOf(event) !== null) this.#isTaken = false;
    this.#status = statusOf(event) ?? this.#status;
    if (statusOf(event) === "running") this.#isInterrupted = false;
    if (!isOwnInput || !this.#isTerminal) this.#view.event(event);
  }

  #leaveIfDone(): void {
    if (this.#isInputOver && this.#unanswered.size === 0 && !this.#isTaken) this.#leave();
  }

  #leave(): void {
    this.#hasLeft = true;
    this.#client.close();
  }
}
