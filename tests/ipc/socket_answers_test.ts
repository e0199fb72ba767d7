import { socketAnswers } from "../../lib/ipc/mod.ts";
import { equal, rejects } from "../support/assert.ts";
import { withRuntime } from "./runtime.ts";

Deno.test("a socket answers while somebody listens, and not when only its file is there", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(runtime);
    const path = `${runtime}/sock`;
    equal(await socketAnswers(path), false);
    equal(await socketAnswers(`${runtime}/no/sock`), false);
    const listener = Deno.listen({ transport: "unix", path });
    equal(await socketAnswers(path), true);
    await Deno.rename(path, `${path}-moved`);
    listener.close();
    equal(await socketAnswers(`${path}-moved`), false);
    equal(await socketAnswers(`${path}-moved/below`), false);
  });
});

Deno.test("a pod that is too busy to accept more connections answers", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(runtime);
    const path = `${runtime}/sock`;
    using _listener = Deno.listen({ transport: "unix", path });
    const waiting: Deno.Conn[] = [];
    await rejects(async () => {
      for (;;) waiting.push(await Deno.connect({ transport: "unix", path }));
    }, Deno.errors.WouldBlock);
    equal(await socketAnswers(path), true);
    for (const connection of waiting) connection.close();
  });
});

Deno.test("a pod that stops listening while one stands in its queue does not answer", async () => {
  await withRuntime(async (runtime) => {
    await Deno.mkdir(runtime);
    const path = `${runtime}/sock`;
    const listener = Deno.listen({ transport: "unix", path });
    const answers = socketAnswers(path);
    listener.close();
    equal(await answers, false);
  });
});
