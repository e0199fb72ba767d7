import { deepEqual, equal } from "../support/assert.ts";
import { Fingerprint, fingerprintOf } from "../../lib/tools/fingerprint.ts";
import { FileTracker } from "../../lib/tools/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";

Deno.test("50.13-21 the recency list has distinct files, the last one first", async () => {
  await using space = await FileWorkspace.create({ files: { "a": "x" } });
  await space.call("Read", { file_path: "a" });
  await space.call("Write", { file_path: "b", content: "y" });
  await space.call("Edit", { file_path: "a", old_string: "x", new_string: "z" });
  deepEqual(space.tracker.recent(), [`${space.ws}/a`, `${space.ws}/b`]);
});

Deno.test("50.13-21 the recency list keeps the 20 newest of 25 files, and every version", () => {
  const tracker = new FileTracker();
  for (let number = 1; number <= 25; number++) tracker.record(`/ws/${number}`, "version");
  deepEqual(tracker.recent(), Array.from({ length: 20 }, (_, index) => `/ws/${25 - index}`));
  tracker.check("/ws/1", "version", "1");
});

Deno.test("a link and its target are one file to the tracker", async () => {
  await using space = await FileWorkspace.create({ files: { "real": "x" } });
  Deno.symlinkSync("real", `${space.ws}/link`);
  await space.call("Read", { file_path: "link" });
  await space.call("Edit", { file_path: "real", old_string: "x", new_string: "y" });
  await space.call("Write", { file_path: "link", content: "z" });
  deepEqual(space.tracker.recent(), [`${space.ws}/real`]);
});

Deno.test("a slice that was read counts for the whole file", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a\nb\nc\n" } });
  await space.call("Read", { file_path: "f", limit: 1 });
  await space.call("Edit", { file_path: "f", old_string: "c", new_string: "d" });
  equal(space.text("f"), "a\nb\nd\n");
});

Deno.test("the fingerprint of a small file is its SHA-256, and blocks are told apart", async () => {
  const text = new TextEncoder().encode("abc");
  equal(
    await fingerprintOf(text),
    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
  );
  const large = new Uint8Array(2 * 1024 * 1024 + 1);
  const before = await fingerprintOf(large);
  large[0] = 1;
  const after = await fingerprintOf(large);
  equal(before === after, false);
  equal(await new Fingerprint().text, "");
});
