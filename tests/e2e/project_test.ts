import { deepEqual, equal, match, ok } from "../support/assert.ts";
import type { Item } from "../../lib/protocol/mod.ts";
import { replay, type SessionState, SessionStore } from "../../lib/session/mod.ts";
import { readGemini } from "../support/gemini_rules.ts";
import { type Answer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";
import {
  readAnthropic,
  readOpenai,
  readResponses,
  type SentConversation,
  type SentItem,
} from "../support/wire_rules.ts";

/** A project with a bug, and a test that shows it. */
const PROJECT = {
  "bin/greet.sh": '#!/bin/bash\n# Greets somebody: "Héllo".\necho "Helo, $1!"\n',
  "tests/greet.sh": [
    "#!/bin/bash",
    'greeting="$(bash bin/greet.sh World)"',
    'if [ "$greeting" = "Hello, World!" ]; then echo PASS; exit 0; fi',
    'echo "FAIL: got $greeting"',
    "exit 1",
    "",
  ].join("\n"),
};

/** Real signatures look like this; they must come back byte for byte. */
function signature(seed: string): string {
  return btoa(`${seed}\xff\xfe/`.repeat(40));
}

/** What the model says: it finds, reads, tests, edits (at first wrongly), and tests again. */
const ANSWERS: Answer[] = [
  {
    thinking: ["Which files ", "are there?  "],
    signature: signature("one"),
    text: ["I look at ", "the project – first."],
    toolCalls: [
      { id: "find", name: "Glob", input: { pattern: "**/*.sh" } },
      { id: "read_test", name: "Read", input: { file_path: "tests/greet.sh" } },
    ],
    usage: { input: 400, output: 50, cacheWrite: 380 },
  },
  {
    thinking: "Read the program, see the test fail.",
    signature: signature("two"),
    toolCalls: [
      { id: "read_program", name: "Read", input: { file_path: "bin/greet.sh" } },
      { id: "test_1", name: "Bash", input: { command: "bash tests/greet.sh" } },
      { id: "read_missing", name: "Read", input: { file_path: "bin/missing.sh" } },
    ],
  },
  {
    thinking: "",
    signature: signature("three"),
    toolCalls: [{
      id: "edit_1",
      name: "Edit",
      input: { file_path: "bin/greet.sh", old_string: "Hullo", new_string: "Hello" },
    }],
    chunking: 7,
  },
  {
    thinking: "It says Helo.",
    signature: signature("four"),
    toolCalls: [{
      id: "edit_2",
      name: "Edit",
      input: { new_string: "Hello,", old_string: "Helo,", file_path: "bin/greet.sh" },
    }, { id: "test_2", name: "Bash", input: { command: "bash tests/greet.sh" } }],
    chunking: "whole",
  },
  { text: ["The test ", "passes now: ", "`Helo` was misspelt. ✓"], usage: { output: 20 } },
];

const WIRES = [
  {
    name: "Anthropic Messages",
    env: (url: string) => ({ ANTHROPIC_BASE_URL: url, ANTHROPIC_API_KEY: "key-1" }),
    manifest: () => "[worker]\nreasoning = 2048\n",
    read: readAnthropic,
    sentForm: anthropicForm,
    keepsThinking: true,
  },
  {
    name: "OpenAI Chat",
    env: (url: string) => ({ OPENAI_BASE_URL: `${url}/v1`, OPENAI_API_KEY: "key-1" }),
    manifest: () => '[model]\nref = "openai/gpt-5.5"\nscheme = "openai_chat"\n',
    read: readOpenai,
    sentForm: openaiForm,
    keepsThinking: false,
  },
  {
    name: "OpenAI Responses",
    env: (url: string) => ({ OPENAI_BASE_URL: url, OPENAI_API_KEY: "key-1" }),
    manifest: () => '[worker]\nreasoning = "medium"\n',
    read: readResponses,
    sentForm: responsesForm,
    keepsThinking: true,
  },
  {
    name: "Gemini",
    env: () => ({ GEMINI_API_KEY: "key-1" }),
    manifest: (url: string) =>
      `[model]\nref = "gemini/gemini-2.5-pro"\nbase_url = "${url}"\n[worker]\nreasoning = -1\n`,
    read: readGemini,
    sentForm: geminiForm,
    keepsThinking: false,
  },
];

for (const { name, env, manifest, read, sentForm, keepsThinking } of WIRES) {
  Deno.test(`a real run finds, reads, edits and tests a project over ${name}`, async () => {
    await using server = startModelServer(ANSWERS);
    await using workspace = await Workspace.create(PROJECT);
    await workspace.write("../pod.toml", manifest(server.url));
    const { code, stdout, stderr } = await workspace.run(
      ["run", "--manifest", "../pod.toml", "--allow-write", ".", "Make", "the test pass"],
      { env: env(server.url) },
    );

    equal(code, 0, stderr);
    equal(
      stdout,
      "I look at the project – first.\n\nThe test passes now: `Helo` was misspelt. ✓\n",
    );
    equal(
      await workspace.read("bin/greet.sh"),
      PROJECT["bin/greet.sh"].replace("Helo", "Hello"),
    );
    equal(await workspace.read("tests/greet.sh"), PROJECT["tests/greet.sh"]);

    const requests = server.requests.map(read);
    equal(requests.length, ANSWERS.length);
    checkResults(requests.at(-1)?.items ?? []);
    for (const [index, request] of requests.entries()) checkPrefix(requests[index - 1], request);

    const state = replayOnly(workspace.home);
    equal(state.systemPrompt, requests[0]?.system);
    equal(state.interruption, null);
    equal(state.turnCount, ANSWERS.length);
    const usage = state.observations.filter((entry) => entry.kind === "llm_usage");
    for (const [index, { items }] of requests.entries()) {
      const sent = state.history.slice(0, usage[index]?.history_len);
      deepEqual(items, sent.flatMap(sentForm));
    }
    deepEqual(state.history.slice(usage.at(-1)?.history_len).flatMap(sentForm), [{
      kind: "text",
      role: "assistant",
      text: "The test passes now: `Helo` was misspelt. ✓",
    }]);

    const thoughts = requests.at(-1)?.items.filter((item) => item.kind === "thinking");
    deepEqual(
      thoughts,
      keepsThinking
        ? ANSWERS.slice(0, -1).map(({ thinking = [], signature = "" }) => ({
          kind: "thinking",
          text: [thinking].flat().join(""),
          signature,
        }))
        : [],
    );
  });
}

/** What the model was told about its calls. */
function checkResults(items: readonly SentItem[]): void {
  const results = new Map(
    items.filter((item) => item.kind === "result").map((item) => [item.id, item]),
  );
  const text = (id: string) => results.get(id)?.text ?? "";
  match(text("find"), /bin\/greet\.sh/);
  match(text("find"), /tests\/greet\.sh/);
  match(text("read_test"), /greeting="\$\(bash bin\/greet\.sh World\)"/);
  match(text("read_program"), /Héllo/);
  match(text("test_1"), /\(exit 1\)\nFAIL: got Helo, World!/);
  match(text("edit_1"), /string not found in file/);
  match(text("test_2"), /^\$ bash tests\/greet\.sh\nPASS/);
  const failed = [...results.values()].filter((result) => result.failed).map(({ id }) => id);
  deepEqual(failed, ["read_missing", "edit_1"]);
}

/** A request begins with all of the one before, byte for byte: else nothing would come from the cache. */
function checkPrefix(before: SentConversation | undefined, request: SentConversation): void {
  if (before === undefined) return;
  equal(request.system, before.system);
  deepEqual(request.tools, before.tools);
  ok(request.messages.length > before.messages.length);
  deepEqual(request.messages.slice(0, before.messages.length), before.messages);
}

/** What the only log says, read in the way in which a pod is restored. */
function replayOnly(home: string): SessionState {
  const store = new SessionStore(`${home}/sessions`);
  const [session = "", ...otherSessions] = store.listSessions();
  const [segment = "", ...otherSegments] = store.listSegments(session);
  deepEqual([otherSessions, otherSegments], [[], []]);
  const state = replay(store.readEntries(session, segment));
  equal(state.sessionId, session);
  return state;
}

function anthropicForm(item: Item): SentItem[] {
  if (item.kind !== "reasoning") return [plainForm(item)];
  const { text, signature } = item;
  return signature === undefined ? [] : [{ kind: "thinking", text, signature }];
}

function openaiForm(item: Item): SentItem[] {
  if (item.kind === "reasoning") return [];
  const form = plainForm(item);
  if (form.kind !== "result" || !form.failed) return [form];
  return [{ ...form, text: `Error: ${form.text}` }];
}

function responsesForm(item: Item): SentItem[] {
  if (item.kind !== "reasoning") return openaiForm(item);
  const { summary = [], encrypted_content: signature = "" } = item;
  return [{ kind: "thinking", text: summary.join(""), signature }];
}

/** The thoughts stay here; their signatures are on the calls that they led to. */
function geminiForm(item: Item, index: number, items: readonly Item[]): SentItem[] {
  const [form] = openaiForm(item);
  if (form === undefined) return [];
  const before = items[index - 1];
  if (form.kind !== "call" || before?.kind !== "reasoning") return [form];
  return [{ ...form, signature: before.signature }];
}

function plainForm(item: Exclude<Item, { kind: "reasoning" }>): SentItem {
  switch (item.kind) {
    case "message": {
      const { role, content: [part, ...others] } = item;
      if (role === "system" || part?.kind !== "text" || others.length > 0) {
        throw new Error(`no plain message: ${JSON.stringify(item)}`);
      }
      return { kind: "text", role, text: part.text };
    }
    case "tool_call":
      return {
        kind: "call",
        id: item.call_id,
        name: item.name,
        input: JSON.parse(item.arguments),
      };
    case "tool_result": {
      const { call_id: id, summary, content, is_error: failed = false } = item;
      const text = content === undefined ? summary : `${summary}\n${content}`;
      return { kind: "result", id, text, failed };
    }
  }
}
