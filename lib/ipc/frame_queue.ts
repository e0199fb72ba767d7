interface Piece {
  readonly buffer: ArrayBufferLike;
  readonly start: number;
  end: number;
}

/** Frames that wait to be written. Neighbours in memory become one piece, without being copied. */
export class FrameQueue {
  readonly #pieces: Piece[] = [];
  #byteLength = 0;

  get byteLength(): number {
    return this.#byteLength;
  }

  push({ buffer, byteOffset: start, byteLength }: Uint8Array): void {
    this.#byteLength += byteLength;
    const end = start + byteLength;
    const last = this.#pieces.at(-1);
    if (last?.buffer === buffer && last.end === start) last.end = end;
    else this.#pieces.push({ buffer, start, end });
  }

  /** Takes out the first piece: one or more whole frames. */
  shift(): Uint8Array | undefined {
    const piece = this.#pieces.shift();
    if (piece === undefined) return undefined;
    const { buffer, start, end } = piece;
    this.#byteLength -= end - start;
    return new Uint8Array(buffer, start, end - start);
  }

  clear(): void {
    this.#pieces.length = 0;
    this.#byteLength = 0;
  }
}
