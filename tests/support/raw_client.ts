/** A client that sends and reads bytes as they are, without knowing the protocol. */
export class RawClient implements Disposable {
  readonly #connection: Deno.Conn;
  #received = "";
  readonly #utf8 = new TextDecoder();

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  static async connect(path: string): Promise<RawClient> {
    return new RawClient(await Deno.connect({ transport: "unix", path }));
  }

  async write(data: string | Uint8Array): Promise<void> {
    const bytes = typeof data === "string" ? new TextEncoder().encode(data) : data;
    for (let written = 0; written < bytes.byteLength;) {
      written += await this.#connection.write(bytes.subarray(written));
    }
  }

  /** Says that nothing more will be sent. */
  closeWrite(): Promise<void> {
    return this.#connection.closeWrite();
  }

  /** The next line; null at the end of the data. */
  async readLine(): Promise<string | null> {
    const buffer = new Uint8Array(64 * 1024);
    while (!this.#received.includes("\n")) {
      const count = await this.#read(buffer);
      if (count === null) return null;
      this.#received += this.#utf8.decode(buffer.subarray(0, count), { stream: true });
    }
    const end = this.#received.indexOf("\n");
    const line = this.#received.slice(0, end);
    this.#received = this.#received.slice(end + 1);
    return line;
  }

  /** The lines up to the one that holds `text`, which is the last. */
  async readUntil(text: string): Promise<string[]> {
    const lines: string[] = [];
    for (;;) {
      const line = await this.readLine();
      if (line === null) throw new Error(`the data ended before "${text}" came: ${lines}`);
      lines.push(line);
      if (line.includes(text)) return lines;
    }
  }

  /** All lines that are left, when the pod has closed the connection. */
  async readAll(): Promise<string[]> {
    const lines: string[] = [];
    for (let line = await this.readLine(); line !== null; line = await this.readLine()) {
      lines.push(line);
    }
    return lines;
  }

  async #read(buffer: Uint8Array): Promise<number | null> {
    try {
      return await this.#connection.read(buffer);
    } catch (error) {
      // The end of a connection on which the pod has not read everything.
      if (error instanceof Deno.errors.ConnectionReset) return null;
      throw error;
    }
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }
}
