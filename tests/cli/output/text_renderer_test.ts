import { deepEqual, equal, match } from "../../support/assert.ts";
import type { RunReport } from "../../../lib/cli/output/report.ts";
import { createStyle } from "../../../lib/cli/output/style.ts";
import { TextRenderer } from "../../../lib/cli/output/text_renderer.ts";
import { Writer } from "../../../lib/cli/output/writer.ts";
import type { Event } from "../../../lib/protocol/mod.ts";

const REPORT: RunReport = {
  protocol_version: 1,
  pod: "run-1",
  session_id: "s",
  segment_id: "g",
  result: "finished",
  text: "",
  structured: null,
  usage: { input_tokens: 12_345, output_tokens: 6, cache_read_tokens: 1000, llm_calls: 2 },
  cost_usd: null,
  model: "m",
  turns: 2,
  stop_reason: "end_turn",
  duration_ms: 1234,
  error: null,
  exit_code: 0,
};

interface Shown {
  stdout: string;
  stderr: string;
}

async function show(
  events: Event[],
  report: Partial<RunReport> = {},
  options: { stdoutIsTerminal?: boolean; structured?: boolean; quiet?: boolean } = {},
): Promise<Shown> {
  const shown: Shown = { stdout: "", stderr: "" };
  const writer = (name: keyof Shown) =>
    new Writer({
      write: (bytes) => {
        shown[name] += new TextDecoder().decode(bytes);
        return Promise.resolve(bytes.byteLength);
      },
    });
  const stdout = writer("stdout");
  const stderr = writer("stderr");
  const style = createStyle(false);
  const renderer = new TextRenderer({ stdout, stderr, style, stdoutIsTerminal: false, ...options });
  for (const event of events) renderer.event(event);
  renderer.finish({ ...REPORT, ...report });
  await Promise.all([stdout.flush(), stderr.flush()]);
  return shown;
}

function say(...deltas: string[]): Event[] {
  return [
    ...deltas.map((text): Event => ({ event: "text_delta", data: { text } })),
    { event: "text_done", data: { text: deltas.join("") } },
  ];
}

const TOOL_CALL: Event[] = [
  {
    event: "tool_call_done",
    data: { id: "c", name: "Bash", arguments: '{"command":"ls -l\\nwc"}' },
  },
  { event: "tool_result", data: { id: "c", summary: "$ ls -l", is_error: false } },
];

Deno.test("answers go to stdout, each text ends its line, texts are set apart", async () => {
  const { stdout } = await show([...say("line\n", "next"), ...TOOL_CALL, ...say("done\n")]);
  equal(stdout, "line\nnext\n\ndone\n");
});

Deno.test("progress goes to stderr", async () => {
  const { stderr } = await show([
    { event: "thinking_start" },
    { event: "thinking_delta", data: { text: "hm\nyes" } },
    { event: "thinking_done", data: { text: "hm\nyes" } },
    ...TOOL_CALL,
  ]);
  equal(
    stderr,
    "· hm\n  yes\n→ Bash ls -l\n  ✓ $ ls -l\n" +
      "finished · 2 turns · 12,345 tokens in (1,000 cached) · 6 out · 1.2 s\n",
  );
});

Deno.test("a compaction in the middle is told when it is done; a failed one has an alert", async () => {
  const failed: Event = { event: "compact_failed", data: { error: "no" } };
  const done: Event = { event: "compact_done", data: { new_segment_id: "g" } };
  const { stderr } = await show([
    { event: "compact_start" },
    failed,
    { event: "compact_start" },
    done,
  ]);
  const [line, ...more] = stderr.split("\n");
  equal(line, "[compacted: the model goes on with a summary of the older part]");
  match(more.join("\n"), /^finished · .*\n$/);
});

Deno.test("a task is told by its subject", async () => {
  const made = '{"description":"all of them","subject":"write tests"}';
  const { stderr } = await show([
    { event: "tool_call_done", data: { id: "c", name: "TaskCreate", arguments: made } },
  ]);
  match(stderr, /^→ TaskCreate write tests\n/);
});

Deno.test("what a run has cost is said where it is known", async () => {
  const { stderr } = await show([], { cost_usd: 0.01234 });
  equal(
    stderr,
    "finished · 2 turns · 12,345 tokens in (1,000 cached) · 6 out · $0.0123 · 1.2 s\n",
  );
});

const BREAK: Event = {
  event: "llm_continuation",
  data: { llm_call: 0, attempt: 1, max_attempts: 3, reason: "connection lost" },
};

Deno.test("an answer that broke off is followed by the next one on a line of its own", async () => {
  const events = [...say("half an").slice(0, 1), BREAK, ...say("a whole answer")];
  const loud = await show(events);
  equal(loud.stdout, "half an\n\na whole answer\n");
  equal(loud.stderr.split("\n")[0], "! the answer broke off: connection lost; continued, 1 of 3");
  deepEqual(await show(events, {}, { quiet: true }), { stdout: loud.stdout, stderr: "" });
});

Deno.test("a thought without words is not shown", async () => {
  const { stderr } = await show([
    { event: "thinking_start" },
    { event: "thinking_done", data: { text: "" } },
  ]);
  match(stderr, /^finished/);
});

Deno.test("quiet leaves only errors on stderr", async () => {
  const error = { code: "provider_error", message: "no\x1b[2J such model" };
  const { stderr } = await show(TOOL_CALL, { result: "failed", error }, { quiet: true });
  equal(stderr, "pod: error: no such model\n");
});

Deno.test("a text that was cut off still ends its line", async () => {
  equal((await show(say("half").slice(0, 1))).stdout, "half\n");
});

Deno.test("a model cannot control the terminal, but files get its bytes", async () => {
  const evil = "a\x1b[2Jb\x1b]0;title\x07c\rd";
  equal((await show(say(evil), {}, { stdoutIsTerminal: true })).stdout, "abcd\n");
  equal((await show(say(evil))).stdout, `${evil}\n`);
});

Deno.test("with a schema only the structured answer is printed", async () => {
  const { stdout } = await show(say("```{}```"), { structured: { n: 1 } }, { structured: true });
  equal(stdout, '{"n":1}\n');
  const failed = { result: "failed", error: { code: "output_schema", message: "bad" } } as const;
  equal((await show(say("x"), failed, { structured: true })).stdout, "");
});
