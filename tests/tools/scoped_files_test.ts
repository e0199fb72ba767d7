import { deepEqual, equal, rejects } from "../support/assert.ts";
import { ToolError } from "../../lib/agent/mod.ts";
import { realPath } from "../../lib/tools/mod.ts";
import { FileWorkspace } from "./file_workspace.ts";

const changed = /^I\/O error at .*: it was replaced while it was being opened; try again$/;

Deno.test("50.13-7 a revoke through one handle is seen by the next Write through another", async () => {
  await using space = await FileWorkspace.create({ files: { "sub/f": "a\n" } });
  const path = `${space.ws}/sub/f`;
  await space.call("Read", { file_path: path });
  space.scope.update((scope) =>
    scope.withDeny([{ target: `${space.ws}/sub`, permission: "write", recursive: true }])
  );
  await rejects(space.call("Write", { file_path: path, content: "b" }), {
    kind: "Invalid argument",
    message: `path is read-only in this scope: ${path}`,
  });
  equal((await space.call("Read", { file_path: path })).content, "     1\ta\n");
});

Deno.test("50.13-12 a link out of the scope is refused and named, a broken one explained", async () => {
  await using space = await FileWorkspace.create();
  const link = `${space.ws}/link`;
  Deno.symlinkSync(`${space.root}/out/secret`, link);
  await rejects(space.call("Read", { file_path: link }), {
    kind: "Invalid argument",
    message: `path resolves through a symlink outside allowed read scope: ${link} -> ` +
      `${space.root}/out/secret; add the symlink target to the Pod read scope, copy it into the ` +
      "workspace, or recreate the symlink with the correct target",
  });
  await rejects(space.call("Write", { file_path: link, content: "x" }), {
    message: /add the symlink target/,
  });
  equal(Deno.readTextFileSync(`${space.root}/out/secret`), "secret\n");
  const broken = `${space.ws}/broken`;
  Deno.symlinkSync("nowhere", broken);
  const message = `broken symlink while resolving ${broken}: ${broken} -> ${space.ws}/nowhere ` +
    "(target does not exist); recreate the symlink with an absolute target or a correct relative " +
    "target";
  await rejects(space.call("Read", { file_path: broken }), { kind: "Invalid argument", message });
  await rejects(space.call("Write", { file_path: broken, content: "x" }), { message });
  equal(realPath(`${space.ws}/nowhere`), null);
});

Deno.test("50.13-13 a link inside the scope leads to its target and stays a link", async () => {
  await using space = await FileWorkspace.create({ files: { "real/f": "a\n" } });
  Deno.symlinkSync("real/f", `${space.ws}/link`);
  Deno.symlinkSync("real", `${space.ws}/dir`);
  equal((await space.call("Read", { file_path: "link" })).content, "     1\ta\n");
  await space.call("Write", { file_path: "link", content: "b\n" });
  equal(space.text("real/f"), "b\n");
  equal(Deno.readLinkSync(`${space.ws}/link`), "real/f");
  await space.call("Write", { file_path: "dir/new", content: "c" });
  equal(space.text("real/new"), "c");
});

Deno.test("50.2.10 ways to write a path out of the scope are refused", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a" } });
  await Deno.mkdir(`${space.root}/ws-evil`);
  await Deno.writeTextFile(`${space.root}/ws-evil/f`, "evil");
  Deno.symlinkSync(`${space.root}/out`, `${space.ws}/door`);
  const outside = [
    "../out/secret",
    `${space.ws}/../out/secret`,
    `${space.root}/ws-evil/f`,
    `/proc/self/root${space.root}/out/secret`,
    "/proc/self/status",
    "~/secret",
    "missing/../../out/secret",
  ];
  for (const path of outside) {
    const message = `path is outside allowed scope: ${path}`;
    await rejects(space.call("Read", { file_path: path }), { kind: "Invalid argument", message });
    await rejects(space.call("Write", { file_path: path, content: "x" }), { message });
  }
  for (const path of ["door/secret", "door//./secret", "door/new"]) {
    const message = /^path resolves through a symlink outside allowed (read|write) scope: door/;
    await rejects(space.call("Read", { file_path: path }), { message });
    await rejects(space.call("Write", { file_path: path, content: "x" }), { message });
  }
  deepEqual(Array.from(Deno.readDirSync(`${space.root}/out`), ({ name }) => name), ["secret"]);
  equal(Deno.readTextFileSync(`${space.root}/out/secret`), "secret\n");
});

Deno.test("50.2.10 a path through /proc counts as the place where it leads", async () => {
  await using space = await FileWorkspace.create({ files: { "f": "a\n" } });
  const path = `/proc/self/root${space.ws}/f`;
  equal((await space.call("Read", { file_path: path })).content, "     1\ta\n");
});

Deno.test("50.2.10 a rule on / does not open devices and the kernel's files", async () => {
  await using space = await FileWorkspace.create({ allow: { "/": "write" } });
  for (const path of ["/dev/zero", "/proc/self/environ", "/sys/kernel/version"]) {
    const message = `path is outside allowed scope: ${path}`;
    await rejects(space.call("Read", { file_path: path }), { message });
  }
});

Deno.test("50.2.10 only regular files are opened", async () => {
  await using space = await FileWorkspace.create({ allow: { "ws": "write", "/dev": "write" } });
  const fifo = `${space.ws}/fifo`;
  await new Deno.Command("mkfifo", { args: [fifo] }).output();
  using _listener = Deno.listen({ transport: "unix", path: `${space.ws}/socket` });
  for (const path of [fifo, `${space.ws}/socket`, "/dev/zero"]) {
    await rejects(space.call("Read", { file_path: path }), {
      kind: "Invalid argument",
      message: `invalid argument: not a regular file: ${path}`,
    });
    await rejects(space.files.write(path, new Uint8Array(1)), {
      message: `invalid argument: not a regular file: ${path}`,
    });
  }
});

Deno.test("50.2.10 a NUL and an empty path are bad arguments", async () => {
  await using space = await FileWorkspace.create();
  await rejects(space.call("Read", { file_path: "a\0b" }), {
    kind: "Invalid argument",
    message: "invalid argument: path contains a NUL character",
  });
  await rejects(space.call("Write", { file_path: "a\0b", content: "" }), {
    kind: "Invalid argument",
  });
  await rejects(space.call("Read", { file_path: "" }), {
    message: "invalid argument: path is empty",
  });
});

Deno.test("50.2.10 a dangling link behind another link is not written through", async () => {
  await using space = await FileWorkspace.create({ files: { "real/f": "a" } });
  Deno.symlinkSync("real", `${space.ws}/dir`);
  Deno.symlinkSync(`${space.root}/out/new`, `${space.ws}/real/dangling`);
  for (const path of ["dir/dangling", "dir/dangling/below"]) {
    await rejects(space.call("Write", { file_path: path, content: "x" }), {
      message: /^broken symlink while resolving dir\/dangling/,
    });
  }
  equal(realPath(`${space.root}/out/new`), null);
});

Deno.test("50.2.10 writing to a hard link leaves its other name alone", async () => {
  await using space = await FileWorkspace.create();
  Deno.linkSync(`${space.root}/out/secret`, `${space.ws}/hard`);
  await space.call("Read", { file_path: "hard" });
  await space.call("Write", { file_path: "hard", content: "mine" });
  equal(Deno.readTextFileSync(`${space.root}/out/secret`), "secret\n");
  equal(space.text("hard"), "mine");
});

Deno.test("50.2.10 a denied path that becomes a link later stays denied", async () => {
  await using space = await FileWorkspace.create({
    files: { "real/key": "k" },
    deny: { "ws/secrets": "read" },
  });
  Deno.symlinkSync("real", `${space.ws}/secrets`);
  for (const path of ["secrets/key", "real/key"]) {
    await rejects(space.call("Read", { file_path: path }), { message: /outside allowed/ });
  }
});

Deno.test("50.2.10 a directory swapped between check and use is noticed", async () => {
  let swap: (() => void) | undefined;
  await using space = await FileWorkspace.create({
    files: { "d/secret": "inside\n" },
    follow: (path) => {
      const resolved = realPath(path);
      if (resolved !== null) swap?.();
      return resolved;
    },
  });
  Deno.symlinkSync("../out", `${space.ws}/link`);
  const swapOnce = () => {
    swap = undefined;
    Deno.renameSync(`${space.ws}/d`, `${space.ws}/aside`);
    Deno.renameSync(`${space.ws}/link`, `${space.ws}/d`);
  };
  const swapBack = () => {
    Deno.renameSync(`${space.ws}/d`, `${space.ws}/link`);
    Deno.renameSync(`${space.ws}/aside`, `${space.ws}/d`);
  };
  swap = swapOnce;
  await rejects(space.call("Read", { file_path: "d/secret" }), {
    kind: "Execution failed",
    message: changed,
  });
  swapBack();
  for (const path of ["d/secret", "d/new", "d/new/deep"]) {
    swap = swapOnce;
    await rejects(space.files.write(path, new Uint8Array(1)), { message: changed });
    swapBack();
  }
  deepEqual(Array.from(Deno.readDirSync(`${space.root}/out`), ({ name }) => name), ["secret"]);
  equal(Deno.readTextFileSync(`${space.root}/out/secret`), "secret\n");
});

Deno.test("50.2.10 a file swapped for a link between check and use is noticed", async () => {
  let swap: (() => void) | undefined;
  await using space = await FileWorkspace.create({
    files: { "f": "inside\n" },
    follow: (path) => {
      const resolved = realPath(path);
      swap?.();
      return resolved;
    },
  });
  swap = () => {
    Deno.removeSync(`${space.ws}/f`);
    Deno.symlinkSync("../out/secret", `${space.ws}/f`);
    swap = undefined;
  };
  await rejects(space.call("Read", { file_path: "f" }), { message: changed });
});

Deno.test("50.2.10 nothing leaks in or out while a directory is swapped all the time", async () => {
  await using space = await FileWorkspace.create({ files: { "d/secret": "inside\n" } });
  Deno.symlinkSync("../out", `${space.ws}/link`);
  const paths = ["d", "aside", "link"].map((name) => `${space.ws}/${name}`);
  const script = new URL("./swap_directory.ts", import.meta.url).pathname;
  const swapper = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", script, ...paths],
  }).spawn();
  try {
    const texts = new Set<string>();
    const written = { done: 0, refused: 0 };
    const read = { done: 0, refused: 0 };
    const deadlineMs = Date.now() + 30_000;
    while (Math.min(written.done, written.refused, read.done, read.refused) < 10) {
      if (Date.now() > deadlineMs) throw new Error(JSON.stringify({ read, written }));
      await attempt(read, async () => {
        const { bytes } = await space.files.read("d/secret");
        texts.add(new TextDecoder().decode(bytes));
      });
      await attempt(written, async () => {
        await space.files.write("d/secret", new TextEncoder().encode("inside\n"));
      });
    }
    deepEqual([...texts], ["inside\n"]);
  } finally {
    swapper.kill("SIGKILL");
    await swapper.status;
  }
  deepEqual(Array.from(Deno.readDirSync(`${space.root}/out`), ({ name }) => name), ["secret"]);
  equal(Deno.readTextFileSync(`${space.root}/out/secret`), "secret\n");
});

Deno.test("relative paths start at the working directory, ~ at the home directory", async () => {
  await using space = await FileWorkspace.create({
    files: { "sub/f": "a\n" },
    allow: { ws: "read", home: "write" },
  });
  for (const path of ["sub/f", "./sub//f", "sub/../sub/f", `${space.ws}/sub/f`]) {
    equal((await space.call("Read", { file_path: path })).summary, `Read 1 line(s) from ${path}`);
  }
  await Deno.mkdir(`${space.root}/home`);
  await space.call("Write", { file_path: "~/note", content: "x" });
  equal(Deno.readTextFileSync(`${space.root}/home/note`), "x");
});

Deno.test("missing files and directories have their own errors", async () => {
  await using space = await FileWorkspace.create({ files: { "d/f": "a" } });
  Deno.symlinkSync("d", `${space.ws}/link`);
  const missing = `${space.ws}/missing`;
  await rejects(space.call("Read", { file_path: missing }), {
    kind: "Execution failed",
    message: `file not found: ${missing}`,
  });
  for (const path of ["d", "d/", "."]) {
    const message = `path is a directory: ${path}`;
    await rejects(space.call("Read", { file_path: path }), { kind: "Invalid argument", message });
    await rejects(space.call("Write", { file_path: path, content: "" }), { message });
  }
  await rejects(space.call("Read", { file_path: "link" }), {
    message: `path resolves through a symlink to a directory, not a file: link -> ${space.ws}/d`,
  });
  await rejects(space.call("Write", { file_path: "d/f/x", content: "" }), {
    kind: "Execution failed",
    message: "I/O error at d/f/x: Not a directory (os error 20)",
  });
});

Deno.test("a link in a place that cannot be read tells nothing about its target", async () => {
  await using space = await FileWorkspace.create();
  Deno.symlinkSync("secret", `${space.root}/out/link`);
  const path = `${space.root}/out/link`;
  await rejects(space.call("Read", { file_path: path }), {
    message: `path is outside allowed scope: ${path}`,
  });
});

Deno.test("directories are made only where the scope lets them be made", async () => {
  await using space = await FileWorkspace.create({ allow: { "ws": "read", "ws/a/b": "write" } });
  await rejects(space.call("Write", { file_path: "a/b/f", content: "x" }), {
    message: `path is read-only in this scope: ${space.ws}/a`,
  });
  equal(realPath(`${space.ws}/a`), null);
  Deno.mkdirSync(`${space.ws}/a`);
  await space.call("Write", { file_path: "a/b/f", content: "x" });
  equal(space.text("a/b/f"), "x");
});

Deno.test("a file that is granted alone is written in place, with nothing beside it", async () => {
  await using space = await FileWorkspace.create({
    files: { "f": "a longer text", "g": "x" },
    allow: { "ws": "read", "ws/f": "write", "ws/new": "write", "ws/g": "write" },
  });
  const before = Deno.statSync(`${space.ws}/f`).ino;
  await space.call("Read", { file_path: "f" });
  await space.call("Write", { file_path: "f", content: "short" });
  equal(space.text("f"), "short");
  equal(Deno.statSync(`${space.ws}/f`).ino, before);
  await space.call("Write", { file_path: "new", content: "y" });
  equal(space.text("new"), "y");
  Deno.linkSync(`${space.ws}/g`, `${space.root}/out/g`);
  await space.call("Read", { file_path: "g" });
  await rejects(space.call("Write", { file_path: "g", content: "z" }), {
    message: "invalid argument: file has other hard links and cannot be replaced: g",
  });
  equal(Deno.readTextFileSync(`${space.root}/out/g`), "x");
});

Deno.test("Glob and Grep start at a directory that is not a link", async () => {
  await using space = await FileWorkspace.create({
    files: { "d/f": "a" },
    deny: { "ws/d/x": "read" },
  });
  Deno.symlinkSync("d", `${space.ws}/link`);
  const base = await space.files.searchBase("Glob", "./d/");
  equal(base.path, `${space.ws}/d`);
  equal(base.canonicalPath, `${space.ws}/d`);
  equal(base.canRead(`${space.ws}/d/f`), true);
  equal(base.canRead(`${space.ws}/d/x/y`), false);
  for (const path of ["link", "link/"]) {
    await rejects(space.files.searchBase("Grep", path), {
      kind: "Invalid argument",
      message: `Grep does not follow symlink directories: ${path} -> ${space.ws}/d; use the ` +
        "resolved target path directly, or add the target to read scope and reference it without " +
        "the symlink",
    });
  }
  await rejects(space.files.searchBase("Glob", "d/f"), {
    message: "invalid argument: glob search path is not a directory: d/f",
  });
  equal((await space.files.searchBase("Grep", "d/f")).isFile, true);
  await rejects(space.files.searchBase("Glob", "nowhere"), { message: "file not found: nowhere" });
});

async function attempt(
  counts: { done: number; refused: number },
  operation: () => Promise<void>,
): Promise<void> {
  try {
    await operation();
    counts.done += 1;
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    counts.refused += 1;
  }
}
