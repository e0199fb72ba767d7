const encoder = new TextEncoder();

/** Keeps the process groups that it is told of, and kills those that are left when its input ends. */
const SCRIPT = "declare -A groups; while read -r sign id; do " +
  'if [[ $sign == + ]]; then groups[$id]=1; else unset "groups[$id]"; fi; done; ' +
  'for id in "${!groups[@]}"; do kill -KILL -- "-$id"; done';

/**
 * Sees to it that no command outlives this program, not even when it is killed outright: a process
 * beside it waits on a pipe from it, and kills what has been left when that pipe ends. Started with the
 * first command; a child of this program, which therefore reaps it.
 */
export class Guardian implements AsyncDisposable {
  readonly #path: string;
  #child: Deno.ChildProcess | null = null;
  #writer: WritableStreamDefaultWriter<Uint8Array> | null = null;

  /** @param path where to look for the shell. */
  constructor(path: string) {
    this.#path = path;
  }

  /** Starts to watch over a process group. */
  async watch(id: number): Promise<void> {
    await this.#tell(`+ ${id}\n`);
  }

  /** The group is gone. */
  async forget(id: number): Promise<void> {
    await this.#tell(`- ${id}\n`);
  }

  /** Ends the guardian, and with it whatever it still watches over. */
  async [Symbol.asyncDispose](): Promise<void> {
    const [child, writer] = [this.#child, this.#writer];
    this.#child = this.#writer = null;
    await writer?.close();
    await child?.status;
  }

  async #tell(line: string): Promise<void> {
    if (this.#child === null) {
      this.#child = new Deno.Command("bash", {
        args: ["-c", SCRIPT],
        clearEnv: true,
        env: { PATH: this.#path },
        // Ctrl-C goes to all of a terminal's foreground group: it must not be among them.
        detached: true,
        stdin: "piped",
        stdout: "null",
        stderr: "null",
      }).spawn();
      this.#writer = this.#child.stdin.getWriter();
    }
    await this.#writer?.write(encoder.encode(line));
  }
}
