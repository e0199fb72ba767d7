import { deepEqual, equal, match, notEqual, ok } from "../support/assert.ts";
import { anthropicAt } from "../support/model_env.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import { segmentPaths } from "../support/session_files.ts";

const UUID_V7 = /^[0-9a-f]{8}-[0-9a-f]{4}-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/;

const ANSWERS: Answer[] = [
  {
    thinking: "Is it é?",
    signature: "U0lHTkFUVVJF+/==",
    text: "I look.",
    toolCalls: [
      { id: "c1", name: "Read", input: '{ "limit": 1,\n "file_path": "note.txt" }' },
      { id: "c2", name: "Read", input: { file_path: "none.txt" } },
      { id: "c3", name: "Write", input: { file_path: "new.txt", content: "" } },
    ],
    usage: { input: 10, cacheRead: 2, cacheWrite: 850, output: 40 },
  },
  { text: 'It says "so"\u2028\u007f.', usage: { input: 20, cacheRead: 850, output: 12 } },
];

const CONFIG =
  '"config":{"max_tokens":4096,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":["END"],"reasoning":null}';
const RULE = '{"permission":"write","recursive":true,"target":"<cwd>"}';

/** The log as spec 30 §2.3-2.4 spells it; times, ids and texts that vary have a name in angle brackets. */
const LINES = [
  `{"kind":"segment_start","ts":<ts>,"session_id":"<session>","system_prompt":"<prompt>",${CONFIG},"history":[]}`,
  `{"kind":"extension","ts":<ts>,"domain":"pod.scope","payload":{"allow":[${RULE}],"deny":[]}}`,
  '{"kind":"invoke","ts":<ts>,"trigger":"user_send"}',
  '{"kind":"user_input","ts":<ts>,"segments":[{"kind":"text","content":"What is \\"in\\"\\nnote.txt – 😀?"}]}',
  '{"kind":"assistant_item","ts":<ts>,"item":{"kind":"reasoning","text":"Is it é?","signature":"U0lHTkFUVVJF+/==","scheme":"anthropic","model":"anthropic/claude-sonnet-4-6"}}',
  '{"kind":"assistant_item","ts":<ts>,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"I look."}]}}',
  '{"kind":"assistant_item","ts":<ts>,"item":{"kind":"tool_call","call_id":"c1","name":"Read","arguments":"{\\"file_path\\":\\"note.txt\\",\\"limit\\":1}"}}',
  '{"kind":"assistant_item","ts":<ts>,"item":{"kind":"tool_call","call_id":"c2","name":"Read","arguments":"{\\"file_path\\":\\"none.txt\\"}"}}',
  '{"kind":"assistant_item","ts":<ts>,"item":{"kind":"tool_call","call_id":"c3","name":"Write","arguments":"{\\"content\\":\\"\\",\\"file_path\\":\\"new.txt\\"}"}}',
  '{"kind":"llm_usage","ts":<ts>,"history_len":1,"input_total_tokens":862,"cache_read_tokens":2,"cache_write_tokens":850,"output_tokens":40}',
  '{"kind":"tool_result","ts":<ts>,"item":{"kind":"tool_result","call_id":"c1","summary":"Read 1 line(s) from note.txt","content":"     1\\tso\\n"}}',
  '{"kind":"tool_result","ts":<ts>,"item":{"kind":"tool_result","call_id":"c2","summary":"<error>","is_error":true}}',
  '{"kind":"tool_result","ts":<ts>,"item":{"kind":"tool_result","call_id":"c3","summary":"Created new.txt (0 bytes)"}}',
  `{"kind":"assistant_item","ts":<ts>,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"It says \\"so\\"\u2028\u007f."}]}}`,
  '{"kind":"llm_usage","ts":<ts>,"history_len":9,"input_total_tokens":870,"cache_read_tokens":850,"cache_write_tokens":0,"output_tokens":12}',
  '{"kind":"turn_end","ts":<ts>,"turn_count":2}',
  '{"kind":"run_completed","ts":<ts>,"interrupted":false,"result":"finished"}',
];

/** What a run leaves in `POD_HOME`. */
interface Remains extends AsyncDisposable {
  readonly workspace: Workspace;
  readonly text: string;
  readonly sessionId: string;
  readonly segmentId: string;
}

async function finishedRun(): Promise<Remains> {
  await using server = startModelServer(ANSWERS);
  const workspace = await Workspace.create({
    "note.txt": "so\n",
    "../pod.toml": '[worker]\nmax_tokens = 4096\nstop_sequences = ["END"]\n',
  });
  const { code, stderr } = await workspace.run(
    ["run", "--manifest", "../pod.toml", "--allow-write", ".", "--name", "agent"].concat(
      'What is "in"\nnote.txt – 😀?',
    ),
    { env: anthropicAt(server) },
  );
  equal(code, 0, stderr);
  const [path = "", ...others] = await segmentPaths(`${workspace.home}/sessions`);
  deepEqual(others, []);
  const [segment = "", sessionId = ""] = path.split("/").reverse();
  return {
    workspace,
    text: await Deno.readTextFile(path),
    sessionId,
    segmentId: segment.replace(/\.jsonl$/, ""),
    [Symbol.asyncDispose]: () => workspace[Symbol.asyncDispose](),
  };
}

Deno.test("30.2 a run writes its log in the form of the reference, byte for byte", async () => {
  await using remains = await finishedRun();
  const { workspace, text, sessionId } = remains;
  ok(text.endsWith("\n") && !text.includes("\r") && !text.includes("\n\n"));
  const lines = text.split("\n").slice(0, -1);

  const start = JSON.parse(lines[0] ?? "");
  match(start.system_prompt, /Working directory: /);
  const missing = JSON.parse(lines[11] ?? "").item.summary;
  match(missing, /^Tool execution failed: \w+ \w+: .*none\.txt/);
  const named = (line: string) =>
    line
      .replace(/"ts":(\d+)/, '"ts":<ts>')
      .replace(JSON.stringify(start.system_prompt), '"<prompt>"')
      .replace(JSON.stringify(missing), '"<error>"')
      .replace(`"${sessionId}"`, '"<session>"')
      .replace(`"${workspace.directory}"`, '"<cwd>"');
  deepEqual(lines.map(named), LINES);

  const times = lines.map((line) => JSON.parse(line).ts);
  deepEqual(times, times.toSorted());
  ok(Date.now() - times[0] < 600_000 && times.at(-1) <= Date.now(), "milliseconds since 1970");
});

Deno.test("30.1 session and segment have version 7 ids of their own", async () => {
  await using remains = await finishedRun();
  match(remains.sessionId, UUID_V7);
  match(remains.segmentId, UUID_V7);
  notEqual(remains.sessionId, remains.segmentId);
});

Deno.test("30.4.1 metadata is pretty JSON that leads from the name to the segment", async () => {
  await using remains = await finishedRun();
  const { workspace, sessionId, segmentId } = remains;
  const text = await Deno.readTextFile(`${workspace.home}/pods/agent/metadata.json`);
  const { resolved_manifest_snapshot: manifest, ...metadata } = JSON.parse(text);
  deepEqual(metadata, {
    pod_name: "agent",
    active: { session_id: sessionId, segment_id: segmentId },
    cwd: workspace.directory,
  });
  deepEqual([manifest.pod, manifest.model], [
    { name: "agent" },
    { ref: "anthropic/claude-sonnet-4-6" },
  ]);
  equal(text, `${JSON.stringify(JSON.parse(text), null, 2)}\n`);
});
