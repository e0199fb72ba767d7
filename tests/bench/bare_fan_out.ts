/** Sends what is published to all who connect, and stops when it is disposed of. */
export interface FanOut<Value> extends AsyncDisposable {
  publish(value: Value): void;
}

const encoder = new TextEncoder();

/**
 * The least that sends a line to many clients: it is encoded once, and a loop for each client joins what
 * is queued and writes it. No limits, no prelude, nothing is read. `onConnect` hears of each client.
 */
export function bareFanOut(path: string, onConnect: () => void): FanOut<unknown> {
  const listener = Deno.listen({ transport: "unix", path });
  const clients: BareClient[] = [];
  const accepting = (async () => {
    for await (const connection of listener) {
      clients.push(new BareClient(connection));
      onConnect();
    }
  })();
  return {
    publish(value) {
      const frame = encoder.encode(`${JSON.stringify(value)}\n`);
      for (const client of clients) client.push(frame);
    },
    async [Symbol.asyncDispose]() {
      listener.close();
      await accepting;
      for (const client of clients) client.close();
    },
  };
}

class BareClient {
  readonly #connection: Deno.Conn;
  #queue: Uint8Array[] = [];
  #isWriting = false;

  constructor(connection: Deno.Conn) {
    this.#connection = connection;
  }

  push(frame: Uint8Array): void {
    this.#queue.push(frame);
    if (this.#isWriting) return;
    this.#isWriting = true;
    queueMicrotask(() => this.#writeAll());
  }

  close(): void {
    this.#connection.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const bytes = joined(this.#queue);
      this.#queue = [];
      for (let written = 0; written < bytes.byteLength;) {
        written += await this.#connection.write(bytes.subarray(written));
      }
    }
    this.#isWriting = false;
  }
}

function joined(frames: readonly Uint8Array[]): Uint8Array {
  const bytes = new Uint8Array(frames.reduce((sum, { byteLength }) => sum + byteLength, 0));
  let end = 0;
  for (const frame of frames) {
    bytes.set(frame, end);
    end += frame.byteLength;
  }
  return bytes;
}
