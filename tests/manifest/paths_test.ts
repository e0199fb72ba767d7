import { deepStrictEqual as deepEqual, strictEqual as equal } from "node:assert/strict";
import {
  type Paths,
  podRuntimeDirectory,
  podsDirectory,
  resolvePaths,
  sessionsDirectory,
} from "../../lib/manifest/mod.ts";

const VARIABLES = [
  "POD_CONFIG_DIR",
  "POD_DATA_DIR",
  "POD_RUNTIME_DIR",
  "POD_HOME",
  "XDG_CONFIG_HOME",
  "XDG_RUNTIME_DIR",
  "HOME",
];

/** The table of spec 70 §2, written out branch by branch. */
function oracle(env: Record<string, string>): Paths {
  const { POD_CONFIG_DIR, POD_DATA_DIR, POD_RUNTIME_DIR, POD_HOME, HOME } = env;
  const { XDG_CONFIG_HOME, XDG_RUNTIME_DIR } = env;
  let config = null, data = null, runtime = null;
  if (HOME) [config, data, runtime] = [`${HOME}/.config/pod`, `${HOME}/.pod`, `${HOME}/.pod/run`];
  if (XDG_CONFIG_HOME) config = `${XDG_CONFIG_HOME}/pod`;
  if (XDG_RUNTIME_DIR) runtime = `${XDG_RUNTIME_DIR}/pod`;
  if (POD_HOME) [config, data, runtime] = [`${POD_HOME}/config`, POD_HOME, `${POD_HOME}/run`];
  if (POD_CONFIG_DIR) config = POD_CONFIG_DIR;
  if (POD_DATA_DIR) data = POD_DATA_DIR;
  if (POD_RUNTIME_DIR) runtime = POD_RUNTIME_DIR;
  return { config, data, runtime };
}

Deno.test("70.11-9 every combination of set, empty and unset variables gives the table", () => {
  const combinations = 3 ** VARIABLES.length;
  for (let combination = 0; combination < combinations; combination++) {
    const env: Record<string, string> = {};
    let rest = combination;
    for (const variable of VARIABLES) {
      if (rest % 3 === 1) env[variable] = "";
      if (rest % 3 === 2) env[variable] = `/${variable.toLowerCase()}`;
      rest = Math.floor(rest / 3);
    }
    deepEqual(resolvePaths((name) => env[name]), oracle(env), JSON.stringify(env));
  }
});

Deno.test("70.11-9 without any variable there is no base", () => {
  deepEqual(resolvePaths(() => undefined), { config: null, data: null, runtime: null });
});

Deno.test("70.2 files lie below their base", () => {
  equal(sessionsDirectory("/d"), "/d/sessions");
  equal(podsDirectory("/d"), "/d/pods");
  equal(podRuntimeDirectory("/r", "p"), "/r/p");
});
