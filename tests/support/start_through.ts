/** By a shell, for which the program and its arguments are `"$@"` in `script`. */
export function shell(script: string): readonly string[] {
  return ["bash", "-c", script, "bash"];
}

/** With a new terminal as the standard streams; it shows what is put into standard input. */
export const TERMINAL = shell('exec script -qec "exec $(printf "%q " "$@")" /dev/null');

const overrides = "-dac_override,-dac_read_search,-fowner";

/** As somebody for whom the permission bits of files count, also when root runs the tests. */
export const UNPRIVILEGED: readonly string[] = Deno.uid() === 0
  ? ["setpriv", `--bounding-set=${overrides}`, `--inh-caps=${overrides}`]
  : [];
