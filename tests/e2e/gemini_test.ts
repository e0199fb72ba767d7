import { deepEqual, equal, match } from "../support/assert.ts";
import { readGemini } from "../support/gemini_rules.ts";
import { geminiFrame } from "../support/model_frames.ts";
import { type ModelServer, startModelServer } from "../support/model_server.ts";
import { Workspace } from "../support/pod_process.ts";

/** A workspace in which `server` is Google. */
async function workspaceAt(server: ModelServer, files: Record<string, string> = {}) {
  const workspace = await Workspace.create(files);
  await workspace.write(
    "../home/config/providers.toml",
    `[[provider]]\nid = "gemini"\nbase_url = "${server.url}"\n`,
  );
  return workspace;
}

const RUN = ["run", "--model", "gemini/gemini-3.8-flash"];
const KEY = { env: { GEMINI_API_KEY: "key-1" } };

Deno.test("Gemini: signatures are on the right parts, byte for byte, also after a restart", async () => {
  const [ofCall, ofText] = ["call", "text"].map((seed) => btoa(`${seed}\xff\xfe/`.repeat(40)));
  const reads = ["a.txt", "b.txt"].map((file_path, index) => ({
    id: `read${index}`,
    name: "Read",
    input: { file_path },
  }));
  await using server = startModelServer([
    { thinking: ["Both ", "files."], text: "I look.", toolCalls: reads, signature: ofCall },
    { text: ["They ", "differ."], signature: ofText },
    { text: "By a letter." },
  ]);
  await using workspace = await workspaceAt(server, { "a.txt": "alpha\n", "b.txt": "beta\n" });
  await workspace.write(
    "pod.toml",
    '[worker]\nreasoning = "low"\n[[scope.allow]]\ntarget = "."\npermission = "read"\n',
  );
  const named = [...RUN, "--name", "reader"];
  const first = await workspace.run([...named, "--manifest", "pod.toml", "Compare"], KEY);
  deepEqual([first.code, first.stdout], [0, "I look.\n\nThey differ.\n"], first.stderr);
  match(first.stderr, /^· Both files\.$/m);
  const second = await workspace.run([...named, "How?"], KEY);
  deepEqual([second.code, second.stdout], [0, "By a letter.\n"], second.stderr);

  const { body } = await server.request(2);
  const [call, otherCall] = reads.map(({ id, name, input }) => ({
    functionCall: { id, name, args: input },
  }));
  const result = (index: number, file: string, text: string) => ({
    functionResponse: {
      id: `read${index}`,
      name: "Read",
      response: { output: `Read 1 line(s) from ${file}\n     1\t${text}\n` },
    },
  });
  deepEqual(body.contents, [
    { role: "user", parts: [{ text: "Compare" }] },
    {
      role: "model",
      parts: [{ text: "I look." }, { ...call, thoughtSignature: ofCall }, otherCall],
    },
    { role: "user", parts: [result(0, "a.txt", "alpha"), result(1, "b.txt", "beta")] },
    {
      role: "model",
      parts: [{ text: "They differ." }, { text: "", thoughtSignature: ofText }],
    },
    { role: "user", parts: [{ text: "How?" }] },
  ]);
  deepEqual(server.requests[0]?.body.generationConfig, {
    thinkingConfig: { thinkingLevel: "low", includeThoughts: true },
  });
});

Deno.test("Gemini: a blocked prompt ends the run with the reason for an answer", async () => {
  const blocked = geminiFrame({
    promptFeedback: { blockReason: "PROHIBITED_CONTENT" },
    usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 },
  });
  await using server = startModelServer([{ frames: [blocked] }]);
  await using workspace = await workspaceAt(server);
  const { code, stdout, stderr } = await workspace.run([...RUN, "Go"], KEY);
  deepEqual([code, stdout], [0, "Gemini blocked the prompt: PROHIBITED_CONTENT\n"], stderr);
  match(stderr, /! the model declined to answer/);
});

Deno.test("Gemini: a call that came out malformed is tried again, and the tool runs once", async () => {
  const malformed = geminiFrame({
    candidates: [{ finishReason: "MALFORMED_FUNCTION_CALL", finishMessage: "Read(file" }],
  });
  await using server = startModelServer([
    { frames: [malformed] },
    { toolCalls: [{ name: "Read", input: { file_path: "a.txt" } }], signature: "U0lH" },
    { text: "alpha" },
  ]);
  await using workspace = await workspaceAt(server, { "a.txt": "alpha\n" });
  const { code, stdout, stderr } = await workspace.run([...RUN, "Read it"], KEY);
  deepEqual([code, stdout], [0, "alpha\n"], stderr);
  match(stderr, /attempt 1 of 4 failed: API error \[MALFORMED_FUNCTION_CALL\]: Read\(file/);
  const last = server.requests.map(readGemini).slice(1).at(-1);
  equal(last?.items.filter((item) => item.kind === "result").length, 1);
});
