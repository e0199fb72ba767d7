import type { RewindTarget } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";
import { ask, Site, stall } from "./site.ts";

/** The inputs that the pod `x` says one can go back to. */
async function inputs(site: Site): Promise<string[]> {
  const { stdout } = await site.run(["rewind", "x", "--json"]);
  return JSON.parse(stdout).map(({ preview }: RewindTarget) => preview);
}

/** Does what the pod's last words have told to type between back quotes. */
async function obey(site: Site, words: string): Promise<void> {
  const [, command = ""] = /`([^`]*)` goes back there/.exec(words) ?? [];
  const calls = command.split("; ").map((call) => call.split(" "));
  deepEqual(calls.map(([program]) => program), ["pod", "pod"]);
  for (const [, ...args] of calls) equal((await site.run(args)).code, 0, command);
}

Deno.test("rewind: an empty list, and no input to go back to", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  equal(await ask(site, "rewind"), "0 pod `x` has no input to go back to");
  equal(await ask(site, "rewind", "--list", "--json"), "0 []");
  equal(await ask(site, "rewind", "--to", "1"), "2 pod: error: pod `x` has no input to go back to");
  match(await ask(site, "rewind", "--to", "0"), /^2 pod: error: .*number from the list/);
  match(await ask(site, "rewind", "--list", "--to", "1"), /^2 pod: error: .*cannot be used with/);
});

Deno.test("rewind lists the newest input last, and goes back to before the one with a number", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x");
  for (const input of ["first", "sec\x1b[2Jond\nline"]) await ask(site, "send", input, "--wait");
  const [listed, json] = await Promise.all([ask(site, "rewind"), ask(site, "rewind", "--json")]);
  const time = /\d{4}-\d\d-\d\d \d\d:\d\d/g;
  equal(
    listed.replaceAll(time, "(16 characters)"),
    "0 N  WHEN              INPUT\n1  (16 characters)  first\n2  (16 characters)  second line",
  );
  const targets: RewindTarget[] = JSON.parse(json.slice("0 ".length));
  deepEqual(targets.map(({ turn_index, preview }) => [turn_index, preview]), [
    [1, "first"],
    [2, "sec\x1b[2Jond line"],
  ]);
  match(await ask(site, "rewind", "--to", "3"), /^2 pod: error: pod `x` has no input 3; /);

  match(
    await ask(site, "rewind", "--to", "2"),
    /^0 second\nline\n\[rewound to before input 2\]\n\[what is cut off is kept: .*\]$/,
  );
  using client = await site.connect("x");
  const inputs = client.snapshot.data.entries.filter(({ kind }) => kind === "user_input");
  equal(inputs.length, 1);

  await stall(client);
  match(
    await ask(site, "rewind"),
    /^1 pod: error: pod `x` refused: .*only run while idle or paused \(`pod cancel x` stops that\)$/,
  );
});

Deno.test("30.13-28 what a rewind has cut off can be gone back to, as it says itself", async () => {
  await using site = await Site.create();
  equal(await ask(site, "start"), `0 ${site.socket("x")}`);
  for (const input of ["first", "second", "third"]) await ask(site, "send", input, "--wait");
  const rewound = await ask(site, "rewind", "--to", "2");
  match(
    rewound,
    /^0 second\n\[rewound to before input 2\]\n/,
  );
  deepEqual(await inputs(site), ["first"]);
  await obey(site, rewound);
  deepEqual(await inputs(site), ["first", "second", "third"]);
  await ask(site, "send", "fourth", "--wait");
  await ask(site, "stop");
  equal(await ask(site, "start"), `0 ${site.socket("x")}`);
  deepEqual(await inputs(site), ["first", "second", "third", "fourth"]);
});

Deno.test("30.13-28 the inputs from before a compaction are not listed, but where they are", async () => {
  await using site = await Site.create();
  await site.writeManifest("retained_tokens = 0");
  await ask(site, "start", "--manifest", "pod.toml");
  for (const input of ["first", "second"]) await ask(site, "send", input, "--wait");
  match(await ask(site, "compact"), /^0/);
  const where =
    "what was before the compaction is kept: `pod stop x; pod start x --session [^`]*` goes back there";
  match(
    await ask(site, "rewind"),
    new RegExp(`^0 pod \`x\` has no input to go back to\n\\[${where}\\]$`),
  );
  const refused = await ask(site, "rewind", "--to", "1");
  match(refused, new RegExp(`^2 pod: error: pod \`x\` has no input to go back to; ${where}$`));
  await obey(site, refused);
  deepEqual(await inputs(site), ["first", "second"]);
});

Deno.test("30.14-31 the list says up to where tools were at work, and so does going back", async () => {
  await using site = await Site.create();
  await using _pod = await site.serve("x", "--max-turns", "1");
  for (const input of ["first", "work", "third"]) await ask(site, "send", input, "--wait");
  match(await ask(site, "rewind"), /\n! what tools did since input 2 is not undone by going back$/);
  match(
    await ask(site, "rewind", "--to", "1"),
    /^0 first\n\[rewound to before input 1\]\n! what tools did meanwhile is not undone\n/,
  );
});

Deno.test("30.13-28 while paused the inputs are listed; going back is refused, with what to do first", async () => {
  await using site = await Site.create();
  await site.writeManifest("retained_tokens = 0");
  await using _pod = await site.serve("x", "--manifest", "pod.toml");
  using client = await site.connect("x");
  await stall(client);
  equal(await ask(site, "pause"), "0");
  deepEqual(await inputs(site), ["stall"]);
  const advice = /\(`pod resume x` finishes the turn, `pod cancel x` gives it up\)$/;
  match(
    await ask(site, "rewind", "--to", "1"),
    /^1 .* refused: Cannot apply rewind while the Pod is paused; /,
  );
  match(await ask(site, "rewind", "--to", "1"), advice);
  match(await ask(site, "compact"), /^1 .* refused: Cannot compact while the Pod is paused; /);
  match(await ask(site, "compact"), advice);
  equal(await ask(site, "cancel"), "0");
  match(await ask(site, "rewind", "--to", "1"), /^0 stall\n\[rewound to before input 1\]\n/);
  deepEqual(await inputs(site), []);
});
