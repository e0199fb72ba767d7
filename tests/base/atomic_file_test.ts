import { writeFileAtomic } from "../../lib/base/mod.ts";
import { deepEqual, equal, rejects } from "../support/assert.ts";

async function inTemporaryFolder(body: (folder: string) => Promise<void>): Promise<void> {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
}

function namesIn(folder: string): string[] {
  return [...Deno.readDirSync(folder)].map((entry) => entry.name);
}

Deno.test("a file is created and replaced as a whole, and nothing else is left", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/file.json`;
    await writeFileAtomic(path, "a much longer first text");
    await writeFileAtomic(path, "größer");
    equal(await Deno.readTextFile(path), "größer");
    deepEqual(namesIn(folder), ["file.json"]);
  });
});

Deno.test("a file gets the permission bits that were asked for", async () => {
  await inTemporaryFolder(async (folder) => {
    await writeFileAtomic(`${folder}/secret`, "", { mode: 0o600 });
    const { mode } = await Deno.stat(`${folder}/secret`);
    equal((mode ?? 0) & 0o777, 0o600);
  });
});

Deno.test("a file that cannot take its place leaves the old one and no temporary one", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/taken`;
    await Deno.mkdir(`${path}/inside`, { recursive: true });
    await rejects(writeFileAtomic(path, "text"));
    deepEqual(namesIn(folder), ["taken"]);
    deepEqual(namesIn(path), ["inside"]);
  });
});

Deno.test("a missing folder is the operating system's error", async () => {
  await inTemporaryFolder(async (folder) => {
    await rejects(writeFileAtomic(`${folder}/none/file`, "text"), Deno.errors.NotFound);
  });
});

Deno.test("readers see one of the texts, never a mixture", async () => {
  await inTemporaryFolder(async (folder) => {
    const path = `${folder}/file`;
    const texts = ["a", "b", "c"].map((letter) => letter.repeat(200_000));
    await writeFileAtomic(path, texts[0] ?? "");
    const writing = Promise.all(texts.map((text) => writeFileAtomic(path, text)));
    const seen = await Promise.all(Array.from({ length: 20 }, () => Deno.readTextFile(path)));
    await writing;
    equal(seen.every((text) => texts.includes(text)), true);
  });
});
