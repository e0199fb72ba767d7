import { type PodClient, PodRegistry, PodServer } from "../../lib/ipc/mod.ts";
import type { Event, Method, PodEvent } from "../../lib/protocol/mod.ts";
import { deepEqual, equal, match, ok } from "../support/assert.ts";
import { eventually } from "../support/eventually.ts";
import { inTime } from "../support/in_time.ts";
import { Workspace } from "../support/pod_process.ts";
import { ServingPod } from "../support/serving_pod.ts";
import { untilIdle, userInput } from "../support/talk.ts";

const KID = "kid";

/** A parent that works in the workspace, and a place for a child in `sub` of it. */
async function reserve(workspace: Workspace, model: string): Promise<ServingPod> {
  const parent = await ServingPod.start(workspace, "lead", ["--model", model]);
  await registryOf(workspace).delegate("lead", KID, [ruleFor(workspace)]);
  return parent;
}

function registryOf(workspace: Workspace): PodRegistry {
  return new PodRegistry(`${workspace.home}/run`, {
    onWarning: (message) => {
      throw new Error(message);
    },
  });
}

function ruleFor({ directory }: Workspace) {
  return { target: `${directory}/sub`, permission: "write", recursive: true } as const;
}

/** The arguments of `pod serve` for the child. */
function kidArguments(workspace: Workspace, callback: string, model: string): string[] {
  const config = {
    pod: { name: KID },
    model: { ref: model },
    scope: { allow: [ruleFor(workspace)], deny: [] },
  };
  return [
    "--adopt",
    `--callback=${callback}`,
    `--spawn-config-json=${JSON.stringify(config)}`,
    "--cwd=sub",
  ];
}

/** The socket of a parent that only listens, and what it was sent. */
class Ear implements AsyncDisposable {
  readonly methods: Method[] = [];
  readonly #directory = Deno.makeTempDirSync({ prefix: "pod-ear-" });
  readonly path = `${this.#directory}/ear/sock`;
  #server?: PodServer;

  static async open(): Promise<Ear> {
    const ear = new Ear();
    ear.#server = await PodServer.listen({
      path: ear.path,
      prelude: () => [SNAPSHOT],
      onMethod: (method) => void ear.methods.push(method),
      onError: (error) => {
        throw error;
      },
    });
    return ear;
  }

  get events(): PodEvent[] {
    return this.methods.map((method) => {
      if (method.method === "pod_event") return method.params;
      throw new Error(`not an event: ${method.method}`);
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#server?.close();
    await Deno.remove(this.#directory, { recursive: true });
  }
}

const SNAPSHOT: Event = {
  event: "snapshot",
  data: {
    entries: [],
    greeting: {
      pod_name: "lead",
      cwd: "/",
      provider: "scripted",
      model: "none",
      scope_summary: "",
      tools: [],
      context_window: 1,
      context_tokens: 0,
    },
    status: "idle",
  },
};

Deno.test("an adopted pod takes its place in the table, and its parent hears of its runs", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const parentModel = await workspace.scenario({ text: "Noted." });
  await using _parent = await reserve(workspace, parentModel);
  await using ear = await Ear.open();
  await Deno.writeTextFile(
    `${workspace.root}/kid.toml`,
    '[[answer]]\ntext = "Done."\n[[answer]]\ntext = "Noted."\n' +
      '[[answer]]\nerror = { status = 401, message = "expired" }\n',
  );
  const model = `scripted/${workspace.root}/kid.toml`;
  const kid = await ServingPod.serve(workspace, KID, kidArguments(workspace, ear.path, model));
  const [, entry] = await registryOf(workspace).list();
  deepEqual(
    [entry?.pod_name, entry?.pid, entry?.delegated_from, entry?.scope_allow],
    [KID, kid.process.pid, "lead", [ruleFor(workspace)]],
  );
  ok(entry?.segment_id);

  using client = await kid.connect();
  await client.send(userInput("Go"));
  await inTime("the first run", untilIdle(client));
  // Nobody has asked for this one.
  await client.send({ method: "notify", params: { message: "by the way" } });
  await inTime("a run of its own", untilIdle(client));
  await client.send(userInput("Again"));
  await inTime("the failing run", untilIdle(client));
  await client.send({ method: "shutdown" });
  equal((await inTime("the end", kid.process.finished)).code, 0);
  const [finished, failed, ended, ...more] = ear.events;
  deepEqual(finished, { kind: "turn_ended", pod_name: KID });
  deepEqual([failed?.kind, "message" in (failed ?? {})], ["errored", true]);
  deepEqual(ended, { kind: "shut_down", pod_name: KID });
  deepEqual(more, []);
  deepEqual((await registryOf(workspace).list()).map(({ pod_name }) => pod_name), ["lead"]);
});

Deno.test("70.11-35 a run of a child wakes its parent once", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const model = await workspace.scenario({ text: "Noted." });
  await using parent = await reserve(workspace, model);
  using watcher = await parent.connect();
  await using kid = await ServingPod.serve(
    workspace,
    KID,
    kidArguments(workspace, parent.path, model),
  );
  using client = await kid.connect();
  await client.send(userInput("Go"));
  const events = await inTime("the parent's run", untilIdle(watcher));
  const told = events.flatMap((event) => event.event === "system_item" ? [event.data.item] : []);
  deepEqual(told.map((item) => item.kind === "pod_event" && item.event), [
    { kind: "turn_ended", pod_name: KID },
  ]);
});

Deno.test("a parent that is gone is told of in an alert, and stops nothing", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const model = await workspace.scenario({ text: "Done." });
  await using _parent = await reserve(workspace, model);
  const nowhere = `${workspace.root}/nowhere`;
  const kid = await ServingPod.serve(workspace, KID, kidArguments(workspace, nowhere, model));
  using client = await kid.connect();
  await client.send(userInput("Go"));
  const { level, message } = await inTime("the alert", nextAlert(client));
  equal(level, "warn");
  match(message, /^could not tell the parent at .*\/nowhere `turn_ended`: No such file/);
  await eventually("the run is over", async () => (await statusOf(kid)) === "idle");
  await client.send({ method: "shutdown" });
  equal((await inTime("the end", kid.process.finished)).code, 0);
});

async function nextAlert(client: PodClient) {
  for (;;) {
    const event = await client.receive();
    if (event === null) throw new Error("the pod went away without an alert");
    if (event.event === "alert") return event.data;
  }
}

async function statusOf(pod: ServingPod): Promise<string> {
  using client = await pod.connect();
  return client.snapshot.data.status;
}

Deno.test("70.5.4 a place that is not reserved, or taken, is nobody's to adopt", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const model = await workspace.scenario({ text: "Hi" });
  const args = kidArguments(workspace, "/nowhere", model);
  const unknown = await workspace.run(["serve", ...args]);
  equal(
    unknown.stderr,
    `error: failed to create spawned pod: pod \`${KID}\` is not registered\n`,
  );
  await using _parent = await reserve(workspace, model);
  await using kid = await ServingPod.serve(workspace, KID, args);
  const second = await workspace.run(["serve", ...args]);
  equal(second.code, 1);
  equal(
    second.stderr,
    `error: failed to create spawned pod: pod name \`${KID}\` is already registered\n`,
  );
  equal(await statusOf(kid), "idle");
});

Deno.test("--adopt goes with --manifest", async () => {
  await using workspace = await Workspace.create({ "sub/file": "" });
  const model = await workspace.scenario({ text: "Hi" });
  await using _parent = await reserve(workspace, model);
  await workspace.write(
    "kid.toml",
    `[pod]\nname = "${KID}"\n[[scope.allow]]\ntarget = "sub"\npermission = "write"\n`,
  );
  await using _kid = await ServingPod.serve(workspace, KID, [
    ...["--adopt", "--callback", "/nowhere", "--manifest", "kid.toml"],
    ...["--model", model, "--cwd", "sub"],
  ]);
  const [, entry] = await registryOf(workspace).list();
  ok(entry?.segment_id);
});
