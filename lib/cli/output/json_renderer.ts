import type { Event } from "../../protocol/mod.ts";
import type { Renderer } from "./renderer.ts";
import type { RunReport } from "./report.ts";
import type { Writer } from "./writer.ts";

/** `--output json`: one object when all is over. */
export class JsonRenderer implements Renderer {
  readonly #stdout: Writer;
  readonly #stderr: Writer;

  constructor(stdout: Writer, stderr: Writer) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  event(event: Event): void {
    if (event.event === "alert") this.warn(event.data.message);
  }

  warn(message: string): void {
    this.#stderr.write(`pod: warning: ${message}\n`);
  }

  finish(report: RunReport): void {
    this.#stdout.write(`${JSON.stringify(report)}\n`);
    if (report.error !== null) this.#stderr.write(`pod: error: ${report.error.message}\n`);
  }
}

/** `--output stream-json`: every event of the wire as a line, then `result` with the same object. */
export class StreamJsonRenderer implements Renderer {
  readonly #stdout: Writer;
  readonly #stderr: Writer;

  constructor(stdout: Writer, stderr: Writer) {
    this.#stdout = stdout;
    this.#stderr = stderr;
  }

  event(event: Event): void {
    this.#stdout.write(`${JSON.stringify(event)}\n`);
  }

  warn(message: string): void {
    this.#stderr.write(`pod: warning: ${message}\n`);
  }

  finish(report: RunReport): void {
    this.#stdout.write(`${JSON.stringify({ event: "result", data: report })}\n`);
    if (report.error !== null) this.#stderr.write(`pod: error: ${report.error.message}\n`);
  }
}
