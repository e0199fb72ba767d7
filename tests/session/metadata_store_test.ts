import { newId } from "../../lib/base/mod.ts";
import { type ChildRecord, PodMetadataStore, SessionError } from "../../lib/session/mod.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";

const SESSION = newId();
const SEGMENT = newId();
const CHILD: ChildRecord = {
  pod_name: "agent-review",
  socket_path: "/run/agent-review/sock",
  scope_delegated: [{ target: "/w/sub", permission: "write", recursive: true }],
  callback_address: "/run/agent/sock",
};

async function withPods(body: (pods: PodMetadataStore) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(new PodMetadataStore(`${folder}/pods`));
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

async function stored(pods: PodMetadataStore, name: string): Promise<unknown> {
  return JSON.parse(await Deno.readTextFile(`${pods.root}/${name}/metadata.json`));
}

Deno.test("30.14-45 set active keeps the children", async () => {
  await withPods(async (pods) => {
    await pods.setPending("agent", SESSION, { cwd: "/w" });
    await pods.setChildren("agent", [CHILD]);
    await pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT });
    deepEqual(await pods.read("agent"), {
      pod_name: "agent",
      active: { session_id: SESSION, segment_id: SEGMENT },
      cwd: "/w",
      spawned_children: [CHILD],
    });
  });
});

Deno.test("30.14-45 set children keeps the pointer and the manifest", async () => {
  await withPods(async (pods) => {
    const manifest = { pod: { name: "agent" } };
    await pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT }, { manifest });
    await pods.setChildren("agent", [CHILD]);
    await pods.setChildren("agent", []);
    deepEqual(await stored(pods, "agent"), {
      pod_name: "agent",
      active: { session_id: SESSION, segment_id: SEGMENT },
      resolved_manifest_snapshot: manifest,
    });
  });
});

Deno.test("30.14-45 a pointer without a manifest keeps the one that is stored", async () => {
  await withPods(async (pods) => {
    await pods.setPending("agent", SESSION, { manifest: { a: 1 } });
    await pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT });
    deepEqual((await pods.read("agent"))?.resolved_manifest_snapshot, { a: 1 });
  });
});

Deno.test("30.14-1 a pending pointer has no segment", async () => {
  await withPods(async (pods) => {
    await pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT });
    const next = newId();
    await pods.setPending("agent", next);
    deepEqual(await stored(pods, "agent"), { pod_name: "agent", active: { session_id: next } });
  });
});

for (const name of ["", ".", "..", "a/b"]) {
  Deno.test(`30.14-45 the name ${JSON.stringify(name)} is rejected`, async () => {
    await withPods(async (pods) => {
      const invalid = { code: "invalid_name", message: `invalid pod name: ${name}` };
      await rejects(pods.read(name), invalid);
      await rejects(pods.setPending(name, SESSION), invalid);
      await rejects(pods.write({ pod_name: name, spawned_children: [] }), invalid);
      await rejects(pods.delete(name), invalid);
    });
  });
}

Deno.test("30.14-45 list ignores folders without metadata, and files", async () => {
  await withPods(async (pods) => {
    deepEqual(await pods.list(), []);
    for (const name of ["zoe", "my pod", "agent"]) await pods.setPending(name, SESSION);
    await Deno.mkdir(`${pods.root}/empty`);
    await Deno.writeTextFile(`${pods.root}/file`, "");
    deepEqual(await pods.list(), ["agent", "my pod", "zoe"]);
  });
});

Deno.test("delete forgets the metadata and removes the folder only when it is empty", async () => {
  await withPods(async (pods) => {
    await pods.delete("never-there");
    await pods.setPending("agent", SESSION);
    await pods.setPending("busy", SESSION);
    await Deno.writeTextFile(`${pods.root}/busy/notes`, "");
    await pods.delete("agent");
    await pods.delete("busy");
    equal(await pods.read("agent"), null);
    deepEqual([...Deno.readDirSync(pods.root)].map((entry) => entry.name), ["busy"]);
    deepEqual(await pods.list(), []);
  });
});

Deno.test("metadata of the reference is read, and fields not known here go through an update", async () => {
  await withPods(async (pods) => {
    await Deno.mkdir(`${pods.root}/agent`, { recursive: true });
    const child = {
      ...CHILD,
      scope_delegated: [{ target: "/w", permission: "admin", recursive: true }],
    };
    const written = {
      pod_name: "another",
      active: { session_id: SESSION },
      spawned_children: [child],
      workspace_root: "/w",
    };
    await Deno.writeTextFile(`${pods.root}/agent/metadata.json`, JSON.stringify(written));
    deepEqual((await pods.read("agent"))?.spawned_children, [child]);
    await pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT });
    deepEqual(await stored(pods, "agent"), {
      ...written,
      pod_name: "agent",
      active: { session_id: SESSION, segment_id: SEGMENT },
    });
  });
});

Deno.test("metadata that cannot be read is an error that names the file, and is not replaced", async () => {
  await withPods(async (pods) => {
    const path = `${pods.root}/agent/metadata.json`;
    await Deno.mkdir(`${pods.root}/agent`, { recursive: true });
    for (const text of ["{", '{"active":{}}']) {
      await Deno.writeTextFile(path, text);
      const unreadable = (error: unknown) =>
        error instanceof SessionError && error.message.startsWith("serialization error: ") &&
        error.message.includes(path);
      await rejects(pods.read("agent"), unreadable);
      await rejects(pods.setPending("agent", SESSION), unreadable);
      equal(await Deno.readTextFile(path), text);
    }
  });
});

Deno.test("updates made at once do not lose each other", async () => {
  await withPods(async (pods) => {
    await Promise.all([
      pods.setPending("agent", SESSION),
      pods.setChildren("agent", [CHILD]),
      rejects(pods.setPending("..", SESSION)),
      pods.setActive("agent", { session_id: SESSION, segment_id: SEGMENT }, { cwd: "/w" }),
    ]);
    deepEqual(await pods.read("agent"), {
      pod_name: "agent",
      active: { session_id: SESSION, segment_id: SEGMENT },
      cwd: "/w",
      spawned_children: [CHILD],
    });
  });
});

Deno.test("metadata is written for people too, without what is empty", async () => {
  await withPods(async (pods) => {
    await pods.write({ pod_name: "agent", active: { session_id: SESSION }, spawned_children: [] });
    equal(
      await Deno.readTextFile(`${pods.root}/agent/metadata.json`),
      `{\n  "pod_name": "agent",\n  "active": {\n    "session_id": "${SESSION}"\n  }\n}\n`,
    );
  });
});
