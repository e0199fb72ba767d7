import type { Writer } from "./writer.ts";

const FRAMES = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏";
const FRAME_MS = 100;
const CLEAR_LINE = "\r\x1b[2K";

/** A line that says, on a terminal, what is being waited for and since when. */
export class Spinner {
  readonly #terminal: Writer;
  #timer: ReturnType<typeof setInterval> | undefined;

  constructor(terminal: Writer) {
    this.#terminal = terminal;
  }

  /** Shows `label` until `stop`; nothing appears for a wait shorter than a frame. */
  start(label: string): void {
    this.stop();
    const startedAt = performance.now();
    let frame = 0;
    this.#timer = setInterval(() => {
      const seconds = Math.floor((performance.now() - startedAt) / 1000);
      const since = seconds > 0 ? ` ${seconds} s` : "";
      const sign = FRAMES[frame++ % FRAMES.length];
      this.#terminal.write(`${CLEAR_LINE}${sign} ${label}${since}`);
    }, FRAME_MS);
  }

  /** Takes the line away. */
  stop(): void {
    if (this.#timer === undefined) return;
    clearInterval(this.#timer);
    this.#timer = undefined;
    this.#terminal.write(CLEAR_LINE);
  }
}
