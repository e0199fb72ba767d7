/**
 * The command that starts this program again: the executable itself, or Deno with the sources.
 * `POD_COMMAND` replaces it.
 */
export function selfCommand(env: Readonly<Record<string, string>>): string[] {
  if (env.POD_COMMAND) return [env.POD_COMMAND];
  const executable = Deno.execPath();
  if (Deno.build.standalone) return [executable];
  const main = new URL(Deno.mainModule).pathname;
  const config = new URL("../../deno.json", import.meta.url).pathname;
  return [executable, "run", "-A", `--config=${config}`, main];
}
