import { PodServer, type PodServerOptions, SocketError } from "../../lib/ipc/mod.ts";
import { equal, match, rejects } from "../support/assert.ts";
import { RawClient } from "../support/raw_client.ts";
import { nextText, snapshotEvent, TestPod } from "./test_pod.ts";

function optionsFor(path: string): PodServerOptions {
  return {
    path,
    prelude: () => [snapshotEvent("second")],
    onMethod: () => {},
    onError: (error) => {
      throw error;
    },
  };
}

Deno.test("10.15-9 a second pod at the socket of a live one is refused, and the live one answers on", async () => {
  await using pod = await TestPod.start();
  using client = await pod.connect();
  await rejects(PodServer.listen(optionsFor(pod.path)), (error) => {
    match(String(error), /running pod listens at .*; stop it/);
    return error instanceof SocketError && error.code === "in_use";
  });
  pod.say("alive");
  equal(await nextText(client), "alive");
  using other = await pod.connect();
  equal(other.snapshot.data.greeting.pod_name, "main");
});

Deno.test("10.15-9 the socket file of a dead pod is replaced", async () => {
  await using pod = await TestPod.start();
  const kept = `${pod.path}-kept`;
  await Deno.link(pod.path, kept);
  await pod.server.close();
  await Deno.rename(kept, pod.path);
  await using server = await PodServer.listen(optionsFor(pod.path));
  using client = await RawClient.connect(pod.path);
  match(await client.readLine() ?? "", /second/);
  await server.close();
});

Deno.test("the socket and its directory are for this user only, whatever they were (W-18)", async () => {
  const root = await Deno.makeTempDir();
  const path = `${root}/a/pod/sock`;
  await Deno.mkdir(`${root}/a/pod`, { recursive: true, mode: 0o777 });
  await Deno.chmod(`${root}/a/pod`, 0o777);
  {
    await using _server = await PodServer.listen(optionsFor(path));
    equal(await modeOf(`${root}/a/pod`), 0o700);
    equal(await modeOf(path), 0o600);
  }
  equal((await Array.fromAsync(Deno.readDir(`${root}/a/pod`))).length, 0);
  await Deno.remove(root, { recursive: true });
});

Deno.test("a pod that ends leaves the socket that another has put in its place (W-18)", async () => {
  await using pod = await TestPod.start();
  await Deno.remove(pod.path);
  await using _second = await PodServer.listen(optionsFor(pod.path));
  await pod.server.close();
  using client = await RawClient.connect(pod.path);
  match(await client.readLine() ?? "", /second/);
});

Deno.test("a pod whose socket was removed ends all the same", async () => {
  await using pod = await TestPod.start();
  await Deno.remove(pod.path);
  await pod.server.close();
  await rejects(Deno.lstat(pod.path), Deno.errors.NotFound);
});

Deno.test("a path at the limit of the system works, a longer one is refused with both lengths", async () => {
  const root = await Deno.makeTempDir();
  const longest = `${root}/${"d".repeat(107 - root.length - 6)}/sock`;
  equal(longest.length, 107);
  {
    await using _server = await PodServer.listen(optionsFor(longest));
    using client = await RawClient.connect(longest);
    match(await client.readLine() ?? "", /snapshot/);
  }
  await rejects(PodServer.listen(optionsFor(`${longest}s`)), (error) => {
    match(String(error), /is 108 bytes long, over the limit of 107; set POD_RUNTIME_DIR/);
    return error instanceof SocketError && error.code === "path_too_long";
  });
  await Deno.remove(root, { recursive: true });
});

Deno.test("a directory that cannot be made is an error that names the path", async () => {
  const file = await Deno.makeTempFile();
  await rejects(PodServer.listen(optionsFor(`${file}/pod/sock`)), (error) => {
    match(String(error), /cannot listen at .*\/pod\/sock: /);
    return error instanceof SocketError && error.code === "io";
  });
  await Deno.remove(file);
});

async function modeOf(path: string): Promise<number> {
  return ((await Deno.lstat(path)).mode ?? 0) & 0o777;
}
