/** A socket that says what it is told to, in place of a pod of another version or in trouble. */
export class ScriptedSocket implements AsyncDisposable {
  readonly #directory = Deno.makeTempDirSync({ prefix: "pod-ipc-" });
  readonly path = `${this.#directory}/sock`;
  readonly #listener = Deno.listen({ transport: "unix", path: this.path });
  readonly #accepted: Deno.Conn[] = [];
  readonly #serving: Promise<void>;

  /** Each connection gets `lines`, and is then closed or left alone. Nothing is read. */
  constructor(lines: readonly string[], { thenClose = false } = {}) {
    this.#serving = this.#serve(lines.map((line) => `${line}\n`).join(""), thenClose);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#listener.close();
    await this.#serving;
    for (const connection of this.#accepted) connection[Symbol.dispose]();
    await Deno.remove(this.#directory, { recursive: true });
  }

  async #serve(text: string, thenClose: boolean): Promise<void> {
    for await (const connection of this.#listener) {
      this.#accepted.push(connection);
      await connection.write(new TextEncoder().encode(text));
      if (thenClose) connection.close();
    }
  }
}
