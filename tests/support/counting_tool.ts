import type { Tool, ToolContext, ToolOutput } from "../../lib/agent/mod.ts";
import type { JsonObject } from "../../lib/base/mod.ts";

/** A tool that counts what is done with it. */
export class CountingTool implements Tool {
  readonly description = "for tests";
  readonly inputSchema: JsonObject = { type: "object", properties: {} };
  readonly inOrder: boolean;
  /** Call ids and inputs, in the order in which the calls began. */
  readonly begun: { readonly id: string; readonly input: JsonObject }[] = [];
  /** Calls that have begun and not ended. */
  running = 0;

  constructor(
    readonly name: string,
    readonly work: (input: JsonObject, context: ToolContext) => ToolOutput | Promise<ToolOutput>,
    options: { readonly inOrder?: boolean } = {},
  ) {
    this.inOrder = options.inOrder ?? false;
  }

  async execute(input: JsonObject, context: ToolContext): Promise<ToolOutput> {
    this.begun.push({ id: context.callId, input });
    this.running++;
    try {
      return await this.work(input, context);
    } finally {
      this.running--;
    }
  }
}

/** Resolves when `signal` is aborted. */
export function untilAborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) return resolve();
    signal.addEventListener("abort", () => resolve(), { once: true });
  });
}
