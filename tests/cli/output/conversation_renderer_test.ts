import { ConversationRenderer } from "../../../lib/cli/output/conversation_renderer.ts";
import { createStyle } from "../../../lib/cli/output/style.ts";
import { TextRenderer } from "../../../lib/cli/output/text_renderer.ts";
import { Writer } from "../../../lib/cli/output/writer.ts";
import {
  DEFAULT_REQUEST_CONFIG,
  type Entry,
  type Event,
  parseEvent,
} from "../../../lib/protocol/mod.ts";
import { hearUntil, notification, userInput } from "../../controller/hear.ts";
import { snapshotEvent } from "../../ipc/test_pod.ts";
import { deepEqual, equal, ok } from "../../support/assert.ts";
import { CountingTool } from "../../support/counting_tool.ts";
import { answer, call, EventModel, text, thinking } from "../../support/event_model.ts";
import { ServedPod } from "../../support/served_pod.ts";

/** What a terminal shows after these events. */
async function show(events: readonly Event[]): Promise<string> {
  let shown = "";
  const terminal = new Writer({
    write: (bytes) => {
      shown += new TextDecoder().decode(bytes);
      return Promise.resolve(bytes.byteLength);
    },
  });
  const style = createStyle(false);
  const streams = { stdout: terminal, stderr: terminal, stdoutIsTerminal: true };
  const conversation = new ConversationRenderer(new TextRenderer({ ...streams, style }), style);
  for (const event of events) conversation.event(event);
  conversation.newLine();
  await terminal.flush();
  return shown;
}

/** What was said and done, without remarks on how things stood at the time. */
function essence(shown: string): string[] {
  return shown.split("\n").filter((line) => line !== "" && !/^\[(?!Notification)/.test(line));
}

const ASKED = "look at this\nand that";

Deno.test("whoever comes at any moment sees the same conversation as who was there from the start", async () => {
  const model = new EventModel(
    answer(thinking({}, "let ", "me see"), text("I ", "look."), call("c1", "Look")),
    answer(text("Found\n", "it.")),
    answer(text("Noted.")),
  );
  const tools = [new CountingTool("Look", () => ({ summary: "seen", content: "much" }))];
  const events: Event[] = [];
  const snapshots: { readonly at: number; readonly snapshot: Event }[] = [];
  await using served = await ServedPod.start({
    model,
    tools,
    onStep: (line) => {
      if (!line.startsWith("S< ")) return;
      events.push(parseEvent(JSON.parse(line.slice("S< ".length))));
      // Nobody can come in the middle of what the pod does in one go.
      queueMicrotask(() => {
        const snapshot = parseEvent(JSON.parse(served.pod.snapshotJson()));
        snapshots.push({ at: events.length, snapshot });
      });
    },
  });
  using client = await served.connect();
  await client.send(userInput(ASKED));
  await hearUntil(client, "status idle");
  await client.send(notification("red again"));
  await hearUntil(client, "status idle");

  const whole = essence(await show([client.snapshot, ...events]));
  deepEqual(whole, [
    "> look at this",
    "  and that",
    "· let me see",
    "I look.",
    "→ Look {}",
    "  ✓ seen",
    "Found",
    "it.",
    "[Notification] red again",
    "Noted.",
  ]);
  for (const { at, snapshot } of snapshots) {
    deepEqual(essence(await show([snapshot, ...events.slice(at)])), whole, `from event ${at} on`);
  }
});

function snapshotOf(...entries: unknown[]): Event {
  const { event, data } = snapshotEvent("");
  return { event, data: { ...data, entries: entries as Entry[] } };
}

Deno.test("what a new segment begins with is shown, and what this version does not know is not", async () => {
  const said = (role: string, text: string) => ({
    kind: "message",
    role,
    content: [{ kind: "text", text }],
  });
  const start = {
    kind: "segment_start",
    ts: 1,
    session_id: "s",
    config: DEFAULT_REQUEST_CONFIG,
    history: [
      said("user", "hello"),
      said("assistant", "Hi."),
      said("system", "[Notification]\nred again\n\nThis is for your information."),
    ],
  };
  const shown = await show([snapshotOf(start, { kind: "from_the_future", ts: 2 }, "no entry")]);
  deepEqual(essence(shown), ["> hello", "Hi.", "[Notification] red again"]);
});

Deno.test("remarks break a line off, and the text goes on behind them", async () => {
  const shown = await show([
    { event: "text_delta", data: { text: "half " } },
    {
      event: "alert",
      data: { level: "warn", source: "pod", message: "careful", timestamp_ms: 1 },
    },
    { event: "text_delta", data: { text: "an answer" } },
    { event: "run_end", data: { result: "paused" } },
  ]);
  equal(shown, "half \n! careful\nan answer\n[paused]\n\n");
});

Deno.test("40.11-W30 that a compaction goes on is said, also to who comes late", async () => {
  const snapshot = snapshotOf();
  if (snapshot.event !== "snapshot") throw new Error("no snapshot");
  const late = { ...snapshot, data: { ...snapshot.data, compacting: true } };
  const note = "[compacting: a summary is being written]";
  equal((await show([snapshot])).trim(), "");
  equal((await show([late])).trim(), note);
  equal((await show([snapshot, { event: "compact_start" }])).trim(), note);
});

Deno.test("40.11-W24 that a turn which failed can be resumed is said", async () => {
  const error = {
    event: "error",
    data: { code: "provider_error", message: "no summary" },
  } as const;
  const paused = { event: "status", data: { status: "paused" } } as const;
  const idle = { event: "status", data: { status: "idle" } } as const;
  const ended = { event: "run_end", data: { result: "paused" } } as const;
  const shown = async (...events: Event[]) => (await show(events)).trim().split(/\n+/);
  deepEqual(await shown(error, paused), ["[no summary]", "[paused: resume it to try again]"]);
  deepEqual(await shown(error, idle), ["[no summary]"]);
  deepEqual(await shown(ended, paused), ["[paused]"]);
});

Deno.test("nothing that anybody says can control the terminal", async () => {
  const evil = "a\x1b[2Jb\x1b]0;title\x07c\rd";
  const shown = await show([
    { event: "user_message", data: { segments: [{ kind: "text", content: evil }] } },
    { event: "system_item", data: { item: { kind: "notification", message: evil, body: evil } } },
    { event: "text_delta", data: { text: evil } },
    { event: "error", data: { code: "internal", message: evil } },
  ]);
  deepEqual(shown.trim().split("\n"), ["> abcd", "[Notification] abcd", "abcd", "[abcd]"]);
  ok(!shown.includes("\x1b"));
});
