import settings from "../../../deno.json" with { type: "json" };
import { deepEqual, equal, match } from "../../support/assert.ts";
import { PromptFiles } from "./prompt_files.ts";

const MAIN = new URL("../../../main.ts", import.meta.url).href;

/** In place of the engine: whoever loads it finds nothing there. */
const NO_ENGINE = "data:text/javascript,";

Deno.test("37 a pod with built-in prompts runs without the template engine", async () => {
  using files = new PromptFiles({
    "deno.json": JSON.stringify({
      unstable: settings.unstable,
      imports: { ...settings.imports, liquidjs: NO_ENGINE },
    }),
    "work/.pod/prompts/own.md": "{{ cwd }}",
    "work/own.toml": '[worker]\ninstruction = "$workspace/own"\n' +
      '[[scope.allow]]\ntarget = "."\npermission = "write"\n',
  });
  const run = async (...flags: string[]) => {
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: [
        ...["run", "-A", "--no-lock", "--config", `${files.root}/deno.json`, MAIN],
        ...["run", "--ephemeral", "--model", "demo/tour", ...flags, "Hi"],
      ],
      cwd: `${files.root}/work`,
      env: { POD_HOME: `${files.root}/home` },
    }).output();
    return { code, stderr: new TextDecoder().decode(stderr) };
  };
  deepEqual((await run()).code, 0);
  const { code, stderr } = await run("--manifest", "own.toml");
  equal(code, 2);
  match(stderr, /'liquidjs' does not provide/);
});
