import { type Entry, type Event, parseEntry } from "../../lib/protocol/mod.ts";
import { CountingTool } from "../support/counting_tool.ts";
import { answer, apiError, call, EventModel, text, thinking } from "../support/event_model.ts";
import { half, hangingTool, SILENT } from "./hanging.ts";
import { at, Bench, changed } from "./support.ts";

/** What was on disk at some moment. */
export interface DiskState {
  readonly text: string;
  readonly entries: readonly Entry[];
  /** Whether a roll-back had just cut it. */
  readonly isCut: boolean;
}

/** A session in which all kinds of things happen to a pod. */
export interface RichSession {
  /** The log after every single entry, also of those that were cut off later, in order. */
  readonly states: readonly DiskState[];
  /** For each call that was run: the index of the state in which it was begun. */
  readonly begun: ReadonlyMap<string, number>;
}

/**
 * Plays it: runs that finish, fail, are paused, resumed, cancelled, abandoned and rolled back, and one
 * that has to go on in a new segment, with a call of the run before it still open.
 */
export async function playRichSession(): Promise<RichSession> {
  const states: DiskState[] = [];
  const begun = new Map<string, number>();
  const keep = (logText: string, isCut = false) => {
    const lines = logText.split("\n").filter((line) => line !== "");
    states.push({
      text: logText,
      entries: lines.map((line) => parseEntry(JSON.parse(line))),
      isCut,
    });
  };
  const tools = [
    new CountingTool("Quick", (_input, { callId }) => {
      begun.set(callId, states.length - 1);
      return { summary: "quick", content: "result" };
    }),
    hangingTool((callId) => {
      begun.set(callId, states.length - 1);
      bench.stop(callId === "c3" ? "pause" : "cancel");
    }),
  ];
  const model = new EventModel(
    answer(
      thinking({ signature: "S" }, "hm"),
      text("I look."),
      call("c1", "Quick"),
      call("c2", "Quick"),
    ),
    answer(text("Found.")),
    answer(call("c3", "Hang"), call("c4", "Quick")),
    answer(text("Went on.")),
    { error: apiError(400, "no") },
    answer(thinking({ signature: "S" }, "again"), call("c5", "Hang"), call("c6", "Quick")),
    half("half"),
    SILENT,
    answer(text("Fine.")),
    half("half"),
    half("half"),
  );
  using bench = await Bench.open({
    model,
    tools,
    wrapLog: (log) => {
      keep(log.readText());
      return changed(log, {
        append(...entries) {
          for (const entry of entries) {
            log.append(entry);
            keep(log.readText());
          }
        },
        truncate(count) {
          log.truncate(count);
          keep(log.readText(), true);
        },
      });
    },
  });
  const notify = (message: string, autoRun = true) =>
    bench.pod.notify({ kind: "notification", message, auto_run: autoRun }, false);
  const during = (name: Event["event"], act: () => void) => {
    bench.onEvent = ({ event }) => {
      if (event !== name) return;
      bench.onEvent = () => {};
      act();
    };
  };

  during("tool_call_start", () => notify("n1"));
  await bench.run("one");
  await bench.run("two");
  notify("n2");
  notify("n3", false);
  await bench.resume();
  await bench.run("three");
  notify("n4");
  await bench.runNotifications();
  notify("n5", false);
  bench.appendForeign({ kind: "extension", ts: 1, domain: "foreign", payload: null });
  await bench.run("four", at("text_delta", "pause"));
  bench.pod.abandon();
  notify("n6");
  during("llm_call_start", () => notify("n7"));
  await bench.run("rolled back", at("llm_call_start", "cancel"));
  await bench.run("five");
  notify("n8", false);
  await bench.run("six", at("text_delta", "shutdown"));
  await bench.run("seven", at("text_delta", "pause"));
  bench.assertWhole();
  return { states, begun };
}
