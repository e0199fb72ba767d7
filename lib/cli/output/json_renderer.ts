import type { Event } from "../../protocol/mod.ts";
import type { Renderer } from "./renderer.ts";
import type { RunReport } from "./report.ts";
import type { Writer } from "./writer.ts";

/** What a `JsonRenderer` writes, and where. */
export interface JsonRendererOptions {
  readonly stdout: Writer;
  readonly stderr: Writer;
  /** Whether every event is a line and the report a `result` event; else there is only the report. */
  readonly stream: boolean;
}

/** `--output json` and `--output stream-json`: a program reads standard output, a person the rest. */
export class JsonRenderer implements Renderer {
  readonly #options: JsonRendererOptions;

  constructor(options: JsonRendererOptions) {
    this.#options = options;
  }

  event(event: Event): void {
    if (this.#options.stream) this.#print(event);
    else if (event.event === "alert") this.warn(event.data.message);
  }

  warn(message: string): void {
    this.#options.stderr.write(`pod: warning: ${message}\n`);
  }

  finish(report: RunReport): void {
    this.#print(this.#options.stream ? { event: "result", data: report } : report);
    if (report.error === null) return;
    this.#options.stderr.write(`pod: error: ${report.error.message}\n`);
  }

  #print(value: unknown): void {
    this.#options.stdout.write(`${JSON.stringify(value)}\n`);
  }
}
