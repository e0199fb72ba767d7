const IDLE = new TextEncoder().encode('{"event":"status","data":{"status":"idle"}}\n');

/** A client that takes what it is sent as it comes, without looking into it: many fit into one process. */
export class ByteClient implements Disposable {
  readonly #connection: Deno.Conn;
  #bytes = new Uint8Array(64 * 1024);

  private constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  /** Connects and takes the snapshot, which is one line. */
  static async connect(path: string): Promise<ByteClient> {
    const client = new ByteClient(await Deno.connect({ transport: "unix", path }));
    await client.#read((end) => client.#bytes[end - 1] === 10);
    return client;
  }

  /** What comes up to the line that says that the pod is idle, or up to the end. */
  async untilIdle(): Promise<string> {
    const end = await this.#read((end) => {
      const start = end - IDLE.byteLength;
      return start >= 0 && IDLE.every((byte, index) => this.#bytes[start + index] === byte);
    });
    return new TextDecoder().decode(this.#bytes.subarray(0, end));
  }

  [Symbol.dispose](): void {
    this.#connection[Symbol.dispose]();
  }

  /** @param isDone is given how many bytes there are so far. */
  async #read(isDone: (end: number) => boolean): Promise<number> {
    let end = 0;
    while (end === 0 || !isDone(end)) {
      if (end === this.#bytes.byteLength) {
        const larger = new Uint8Array(2 * end);
        larger.set(this.#bytes);
        this.#bytes = larger;
      }
      const count = await this.#connection.read(this.#bytes.subarray(end));
      if (count === null) break;
      end += count;
    }
    return end;
  }
}
