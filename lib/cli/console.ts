import { ConversationRenderer } from "./output/conversation_renderer.ts";
import { JsonRenderer } from "./output/json_renderer.ts";
import type { Renderer } from "./output/renderer.ts";
import { Spinner } from "./output/spinner.ts";
import { createStyle } from "./output/style.ts";
import { TextRenderer } from "./output/text_renderer.ts";
import { Writer } from "./output/writer.ts";
import type { PromptInput } from "./prompt.ts";

/** What `--output` can be. */
export type OutputFormat = "text" | "json" | "stream-json";

/** How a run is shown as text. */
export interface ShowOptions {
  /** Whether only a structured answer is printed, at the end. */
  readonly structured: boolean;
  /** Whether progress is left out. */
  readonly quiet: boolean;
}

/** The three standard streams of the process, and the renderers on top of them. */
export interface PodConsole {
  readonly stdin: PromptInput;
  readonly stdout: Writer;
  readonly stderr: Writer;
  /** For what takes its time; none where standard error is no terminal. */
  readonly spinner: Spinner | undefined;
  createRenderer(format: OutputFormat, options: ShowOptions): Renderer;
  /** For who watches a pod, and may type meanwhile. */
  createConversation(): ConversationRenderer;
  /** Resolves when everything written is with the system. */
  flush(): Promise<void>;
}

/** The console of this process. */
export function createConsole(): PodConsole {
  const stdoutIsTerminal = Deno.stdout.isTerminal();
  const stderrIsTerminal = Deno.stderr.isTerminal();
  const stdout = new Writer(Deno.stdout);
  // One terminal, one queue: two would lose the order between answer and progress.
  const stderr = stdoutIsTerminal && stderrIsTerminal ? stdout : new Writer(Deno.stderr);
  const spinner = stderrIsTerminal ? new Spinner(stderr) : undefined;
  const style = createStyle(stderrIsTerminal && !Deno.env.get("NO_COLOR"));
  return {
    stdin: {
      isTerminal: () => Deno.stdin.isTerminal(),
      readAll: async () => new Uint8Array(await new Response(Deno.stdin.readable).arrayBuffer()),
    },
    stdout,
    stderr,
    spinner,
    createRenderer(format, { structured, quiet }) {
      if (format !== "text") {
        return new JsonRenderer({ stdout, stderr, stream: format === "stream-json" });
      }
      return new TextRenderer({
        stdout,
        stderr,
        style,
        stdoutIsTerminal,
        structured,
        quiet,
        spinner: quiet ? undefined : spinner,
      });
    },
    createConversation() {
      const text = new TextRenderer({ stdout, stderr, style, stdoutIsTerminal: true });
      return new ConversationRenderer(text, style);
    },
    async flush() {
      await Promise.all([stdout.flush(), stderr.flush()]);
    },
  };
}
