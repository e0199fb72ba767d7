import { deepEqual, equal, rejects } from "../support/assert.ts";
import { FileWorkspace } from "./file_workspace.ts";

Deno.test("50.13-16 Write asks for a Read, then overwrites what has not changed since", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "old" } });
  const path = `${space.ws}/f`;
  const write = (content: string) => space.call("Write", { file_path: path, content });
  await rejects(write("new"), {
    kind: "Invalid argument",
    message: `file has not been read in this session; read it first: ${path}`,
  });
  equal(space.text("f"), "old");
  await space.call("Read", { file_path: path });
  deepEqual(await write("neü"), { summary: `Overwrote ${path} (4 bytes)` });
  Deno.writeTextFileSync(path, "changed elsewhere");
  await rejects(write("again"), {
    kind: "Invalid argument",
    message: `file was modified externally after last read: ${path}`,
  });
  equal(space.text("f"), "changed elsewhere");
  await space.call("Read", { file_path: path });
  Deno.writeTextFileSync(path, "changed elsewhere");
  Deno.utimeSync(path, new Date(0), new Date(0));
  equal((await write("last")).summary, `Overwrote ${path} (4 bytes)`);
  equal(space.text("f"), "last");
});

Deno.test("50.13-19 overwriting keeps the mode, and nobody sees a half-written file", async () => {
  await using space = await FileWorkspace.create({ files: { "run.sh": "a".repeat(3_000_000) } });
  const path = `${space.ws}/run.sh`;
  Deno.chmodSync(path, 0o755);
  await space.call("Read", { file_path: path });
  const seen = new Set<string>();
  const writing = space.call("Write", { file_path: path, content: "b".repeat(3_000_000) });
  let isDone = false;
  const done = writing.then(() => isDone = true);
  while (!isDone) {
    const text = await Deno.readTextFile(path);
    seen.add(`${text.length} ${[...new Set(text)].join("")}`);
  }
  await done;
  const whole = new Set(["3000000 a", "3000000 b"]);
  deepEqual([...seen].filter((content) => !whole.has(content)), []);
  equal((Deno.statSync(path).mode ?? 0) & 0o777, 0o755);
  deepEqual(Array.from(Deno.readDirSync(space.ws), ({ name }) => name), ["run.sh"]);
});

Deno.test("Write gives a mode back that the umask would not let through", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  Deno.chmodSync(`${space.ws}/f`, 0o666);
  await space.call("Read", { file_path: "f" });
  await space.call("Write", { file_path: "f", content: "b" });
  equal((Deno.statSync(`${space.ws}/f`).mode ?? 0) & 0o777, 0o666);
});

Deno.test("Write leaves a file to its owner where the system allows it", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  const uid = Deno.uid() === 0 ? 65_534 : Deno.uid();
  Deno.chownSync(`${space.ws}/f`, uid, null);
  await space.call("Read", { file_path: "f" });
  await space.call("Write", { file_path: "f", content: "b" });
  equal(Deno.statSync(`${space.ws}/f`).uid, uid);
});

Deno.test("a new file has the mode that the umask leaves", async () => {
  await using space = await FileWorkspace.create();
  await space.call("Write", { file_path: "f", content: "" });
  equal((Deno.statSync(`${space.ws}/f`).mode ?? 0) & 0o777, 0o666 & ~Deno.umask());
});

Deno.test("Write creates a file and the directories above it", async () => {
  await using space = await FileWorkspace.create();
  const path = `${space.ws}/a/b/c.txt`;
  deepEqual(await space.call("Write", { file_path: path, content: "x\r\n" }), {
    summary: `Created ${path} (3 bytes)`,
  });
  equal(space.text("a/b/c.txt"), "x\r\n");
});

Deno.test("Write creates a deleted file anew, and needs no Read for that", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  await space.call("Read", { file_path: "f" });
  Deno.removeSync(`${space.ws}/f`);
  deepEqual(await space.call("Write", { file_path: "f", content: "bc" }), {
    summary: "Created f (2 bytes)",
  });
});

Deno.test("an unread file in a read-only place is reported as unread first", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" }, allow: { ws: "read" } });
  const write = () => space.call("Write", { file_path: "f", content: "b" });
  await rejects(write(), { message: "file has not been read in this session; read it first: f" });
  await space.call("Read", { file_path: "f" });
  await rejects(write(), { message: "path is read-only in this scope: f" });
  await rejects(space.call("Write", { file_path: "new", content: "b" }), {
    message: "path is read-only in this scope: new",
  });
});
