import { Command, CommanderError } from "commander";
import { addServeFlags, type ServeFlags } from "../../lib/cli/serve_flags.ts";
import { serveOptions } from "../../lib/cli/serve_options.ts";
import { deepEqual, equal, match, ok, rejects } from "../support/assert.ts";

const UUID = "0192f0e8-4d84-7d6e-a000-000000000001";

/** The flags that arguments come to. */
async function parseFlags(args: readonly string[]): Promise<ServeFlags> {
  const command = new Command("serve").exitOverride();
  addServeFlags(command).action(() => {});
  // What it would print is in the error too.
  command.configureOutput({ outputError: () => {} });
  await command.parseAsync(args, { from: "user" });
  return command.opts();
}

/** Flags that do not go together, or not alone. */
const USAGE_ERRORS: readonly (readonly [args: readonly string[], says: RegExp])[] = [
  [["--profile", "x", "--manifest", "f"], /--profile <selector>' cannot be used with .*--manifest/],
  [["--profile", "x", "--pod", "n"], /--pod <name>' cannot be used with .*--profile/],
  [["--profile", "x", "--session", UUID], /--session <id>' cannot be used with .*--profile/],
  [["--profile", "x", "--adopt"], /--adopt' cannot be used with .*--profile/],
  [["--profile", "x", "--project", "."], /--project <dir>' cannot be used with .*--profile/],
  [["--manifest", "f", "--project", "."], /--project <dir>' cannot be used with .*--manifest/],
  [["--pod", "n", "--session", UUID], /--pod <name>' cannot be used with .*--session/],
  [["--pod", "n", "--adopt"], /--pod <name>' cannot be used with .*--adopt/],
  [["--session", UUID, "--adopt"], /--session <id>' cannot be used with .*--adopt/],
  [["--profile-pod-name", "n"], /--profile-pod-name <name>' needs option '--profile'/],
  [["--require-pod-state"], /--require-pod-state' needs option '--pod'/],
  [["--callback", "/sock"], /--callback <socket>' needs option '--adopt'/],
  [["--spawn-config-json", "{}"], /--spawn-config-json <json>' needs option '--adopt'/],
  [["--session-pod-name", "n"], /--session-pod-name <name>' needs option '--session'/],
  [["--resume-scope-json", "{}"], /--resume-scope-json <json>' needs option '--session'/],
  [
    ["--adopt", "--callback", "/s", "--spawn-config-json", "{}", "--manifest", "f"],
    /cannot be used/,
  ],
  [["--adopt", "--callback", "/s", "--allow-write", "."], /cannot be used/],
  [["--session", "abc"], /'abc' is invalid\. It must be a UUID/],
  [["--pod"], /--pod <name>' argument missing/],
  [["--user-manifest", "f"], /unknown option '--user-manifest'/],
  [["--overlay", "f"], /unknown option '--overlay'/],
  [["word"], /too many arguments/],
];

Deno.test("70.11-18 flags that do not go together are refused", async () => {
  for (const [args, says] of USAGE_ERRORS) {
    const error = await parseFlags(args).then(() => null, (error) => error);
    ok(error instanceof CommanderError, args.join(" "));
    match(error.message, /^error: /);
    match(error.message, says);
  }
});

/** Flags that do go together; what session they choose, and for which name. */
const CHOICES: readonly (readonly [args: readonly string[], session: object, name?: string])[] = [
  [[], { kind: "fresh" }],
  [["--manifest", "f"], { kind: "fresh" }],
  [["--profile=p", "--profile-pod-name=n"], { kind: "fresh" }, "n"],
  [["--pod", "n", "--manifest", "f"], { kind: "named", mustExist: false }, "n"],
  [["--pod=n", "--require-pod-state"], { kind: "named", mustExist: true }, "n"],
  [["--session", UUID, "--manifest", "f"], { kind: "segment", id: UUID, scope: undefined }],
  [
    ["--session", UUID, "--session-pod-name", "n", "--resume-scope-json", '{"allow":[],"deny":[]}'],
    { kind: "segment", id: UUID, scope: { allow: [], deny: [] } },
    "n",
  ],
  [
    ["--adopt", "--callback", "/s", "--manifest", "f"],
    { kind: "adopted", callback: "/s", config: undefined },
  ],
  [
    ["--adopt", "--callback=/s", "--spawn-config-json={}"],
    { kind: "adopted", callback: "/s", config: "{}" },
  ],
];

Deno.test("70.4.1 flags that go together choose a session", async () => {
  for (const [args, session, name] of CHOICES) {
    const options = await serveOptions(await parseFlags(args));
    deepEqual(options.session, session, args.join(" "));
    equal(options.name, name);
  }
  const { storePath, profile } = await serveOptions(await parseFlags(["-s", "dir"]));
  deepEqual([storePath, profile], ["dir", undefined]);
});

Deno.test("70.9-22 JSON can come from a file, which others need not see", async () => {
  const path = await Deno.makeTempFile();
  try {
    await Deno.writeTextFile(path, '{"pod":{}}');
    const flags = await parseFlags(["--adopt", "--callback", "/s", `--spawn-config-json=@${path}`]);
    const { session } = await serveOptions(flags);
    deepEqual(session, { kind: "adopted", callback: "/s", config: '{"pod":{}}' });
  } finally {
    await Deno.remove(path);
  }
  const gone = await parseFlags(["--adopt", "--callback", "/s", `--spawn-config-json=@${path}`]);
  await rejects(serveOptions(gone), { message: /^cannot read --spawn-config-json @/ });
});

Deno.test("70.4.4 a scope that is none is refused", async () => {
  for (
    const text of ["{", "[]", '{"allow":1,"deny":[]}', '{"allow":[{"target":"/x"}],"deny":[]}']
  ) {
    const flags = await parseFlags(["--session", UUID, "--resume-scope-json", text]);
    await rejects(serveOptions(flags), { message: /^failed to parse --resume-scope-json: / });
  }
});
