import { printable } from "../../base/mod.ts";
import type { Event } from "../../protocol/mod.ts";
import type { Renderer } from "./renderer.ts";
import type { RunReport } from "./report.ts";
import type { Spinner } from "./spinner.ts";
import { oneLine, type Style } from "./style.ts";
import type { Writer } from "./writer.ts";

/** Arguments that say most about a call, in this order. */
const TELLING_ARGUMENTS = ["command", "file_path", "pattern", "path", "query", "url", "subject"];
const LINE_WIDTH = 100;

/** What a `TextRenderer` writes to. */
export interface TextRendererOptions {
  readonly stdout: Writer;
  /** The same writer as `stdout` when both are one terminal, so that their order is kept. */
  readonly stderr: Writer;
  readonly style: Style;
  /** Whether standard output is a terminal, which model output must not control. */
  readonly stdoutIsTerminal: boolean;
  /** Whether to print only a structured answer, at the end. @default false */
  readonly structured?: boolean;
  /** Whether to leave progress out. @default false */
  readonly quiet?: boolean;
  /** @default no spinner */
  readonly spinner?: Spinner;
}

/** What a compaction is doing, and what it has done, in words that people know. */
export const COMPACTING = "compacting: a summary is being written";
export const COMPACTED = "compacted: the model goes on with a summary of the older part";

type Continuation = Extract<Event, { event: "llm_continuation" }>["data"];

/** `--output text`: the answer on standard output as it comes, progress on standard error. */
export class TextRenderer implements Renderer {
  readonly #options: TextRendererOptions;
  #model = "the model";
  /** Whether the last character on standard output was no line end. */
  #midLine = false;
  #texts = 0;
  #inText = false;
  #thinking = false;
  readonly #running = new Set<string>();

  constructor(options: TextRendererOptions) {
    this.#options = options;
  }

  event(event: Event): void {
    const { spinner } = this.#options;
    switch (event.event) {
      case "snapshot":
        this.#model = event.data.greeting.model;
        return;
      case "llm_call_start":
        return spinner?.start(`waiting for ${this.#model}`);
      case "text_delta":
        spinner?.stop();
        return this.#answer(event.data.text);
      case "text_done":
        this.#endLine();
        this.#inText = false;
        return spinner?.start(`waiting for ${this.#model}`);
      case "llm_call_end":
        return spinner?.stop();
      case "llm_continuation":
        return this.#continueAnswer(event.data);
      default:
        if (!this.#options.quiet) this.#progress(event);
    }
  }

  warn(message: string): void {
    this.note(this.#options.style.yellow(`! ${printable(message)}`));
  }

  /** Shows a line beside the answer. */
  note(line: string): void {
    this.#breakOff();
    this.#options.stderr.write(`${line}\n`);
  }

  /** Shows a line where the answers are, before the next of them. */
  line(line: string): void {
    this.#breakOff();
    this.#texts = 0;
    this.#inText = false;
    this.#options.stdout.write(`${line}\n`);
  }

  /** Goes to a new line, also when others have written on this one. */
  newLine(): void {
    const isOpen = this.#midLine || this.#thinking;
    this.#breakOff();
    if (!isOpen) this.#options.stderr.write("\n");
  }

  finish(report: RunReport): void {
    const { stdout, stderr, style, structured, quiet } = this.#options;
    this.#breakOff();
    if (structured && report.result === "finished" && report.error === null) {
      stdout.write(`${JSON.stringify(report.structured)}\n`);
    }
    if (report.pod !== null && !quiet) this.note(style.dim(summaryOf(report)));
    if (report.error === null) return;
    stderr.write(`${style.red("pod: error:")} ${printable(report.error.message)}\n`);
  }

  #progress(event: Event): void {
    const { style, spinner, stderr } = this.#options;
    switch (event.event) {
      case "thinking_delta":
        this.#startThinking();
        return stderr.write(style.dim(printable(event.data.text).replaceAll("\n", "\n  ")));
      case "thinking_done":
        return this.#endThinking();
      case "tool_call_done": {
        const { id, name } = event.data;
        this.note(`→ ${name} ${style.dim(describe(event.data.arguments))}`);
        this.#running.add(id);
        return;
      }
      case "turn_end":
        if (this.#running.size > 0) spinner?.start("running tools");
        return;
      case "tool_result": {
        const { id, is_error, summary } = event.data;
        const sign = is_error ? style.red("✗") : style.green("✓");
        this.note(`  ${sign} ${style.dim(oneLine(summary, LINE_WIDTH))}`);
        this.#running.delete(id);
        if (this.#running.size > 0) spinner?.start("running tools");
        return;
      }
      case "llm_retry": {
        const { failed_attempt, max_attempts, wait_ms, error } = event.data;
        this.warn(
          `attempt ${failed_attempt} of ${max_attempts} failed: ${error}; next in ${
            (wait_ms / 1000).toFixed(1)
          } s`,
        );
        return spinner?.start(`waiting for ${this.#model}`);
      }
      case "compact_start":
        return spinner?.start(COMPACTING);
      case "compact_failed":
        return spinner?.stop();
      case "compact_done":
        return this.note(style.dim(`[${COMPACTED}]`));
      case "alert":
        return this.warn(event.data.message);
    }
  }

  #answer(text: string): void {
    const { stdout, stdoutIsTerminal, structured } = this.#options;
    if (structured) return;
    const shown = stdoutIsTerminal ? printable(text) : text;
    if (shown === "") return;
    // Texts of several turns are set apart by an empty line.
    if (!this.#inText && this.#texts++ > 0) stdout.write("\n");
    this.#inText = true;
    this.#midLine = !shown.endsWith("\n");
    stdout.write(shown);
  }

  /** What was being said comes again, on a line of its own. */
  #continueAnswer({ attempt, max_attempts, reason }: Continuation): void {
    this.#breakOff();
    this.#inText = false;
    if (this.#options.quiet) return;
    this.warn(`the answer broke off: ${reason}; continued, ${attempt} of ${max_attempts}`);
  }

  #endLine(): void {
    if (this.#midLine) this.#options.stdout.write("\n");
    this.#midLine = false;
  }

  /** Ends what is in the middle of a line. */
  #breakOff(): void {
    this.#options.spinner?.stop();
    this.#endThinking();
    this.#endLine();
  }

  /** With the first words, as there are thoughts without any. */
  #startThinking(): void {
    if (this.#thinking) return;
    this.#options.spinner?.stop();
    this.#endLine();
    this.#thinking = true;
    this.#options.stderr.write(this.#options.style.dim("· "));
  }

  #endThinking(): void {
    if (this.#thinking) this.#options.stderr.write("\n");
    this.#thinking = false;
  }
}

/** The arguments of a call in a few words. */
function describe(json: string): string {
  const input: Record<string, unknown> = JSON.parse(json);
  const telling = TELLING_ARGUMENTS.find((name) => typeof input[name] === "string");
  return oneLine(telling === undefined ? json : String(input[telling]), LINE_WIDTH);
}

function summaryOf({ result, turns, usage, cost_usd, duration_ms }: RunReport): string {
  const { input_tokens, output_tokens, cache_read_tokens } = usage;
  const cached = cache_read_tokens > 0 ? ` (${grouped(cache_read_tokens)} cached)` : "";
  return [
    result.replace("_", " "),
    `${turns} ${turns === 1 ? "turn" : "turns"}`,
    `${grouped(input_tokens)} tokens in${cached}`,
    `${grouped(output_tokens)} out`,
    ...(cost_usd === null ? [] : [`$${cost_usd.toFixed(4)}`]),
    `${(duration_ms / 1000).toFixed(1)} s`,
  ].join(" · ");
}

/** `1234567` as `1,234,567`; setting up `Intl` for this would cost more than all else here. */
function grouped(count: number): string {
  return String(count).replace(/\B(?=(\d{3})+$)/g, ",");
}
