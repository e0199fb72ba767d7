import { SCHEMES } from "../support/schemes.ts";
import type { Figure } from "./figure.ts";

/** How the body comes: in pieces of 4 KB, as when the reader is slower; or each event by itself. */
const CHUNKINGS = { "4096": "in 4 KB pieces", event: "event by event" };

const PROGRAM = new URL("delta_cost.ts", import.meta.url).pathname;

/**
 * What a delta costs on its way from the wire to a model event, beside the least that reads the same
 * stream, in processor time.
 *
 * Last seen, in 4 KB pieces and event by event: anthropic 2.3 and 1.2 (Deno 2.6.8: 1.8 and 1.8),
 * openai_chat 1.4 and 1.3 (1.2, 1.6), openai_responses 1.6 and 1.3 (1.5, 1.6), gemini 1.6 and 1.4 (1.6, 2.1).
 */
export async function benchProviders(): Promise<Figure[]> {
  const figures: Figure[] = [];
  for (const [chunking, pieces] of Object.entries(CHUNKINGS)) {
    for (const { scheme } of SCHEMES) {
      const { ours, bare } = await measure(scheme, chunking);
      figures.push({
        name: `${scheme}: a delta, ${pieces}, beside fetch + parse`,
        value: ours,
        unit: "µs",
        base: bare,
        goal: 3,
      });
    }
  }
  return figures;
}

async function measure(
  scheme: string,
  chunking: string,
): Promise<{ readonly ours: number; readonly bare: number }> {
  const { success, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", PROGRAM, scheme, chunking],
  }).output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
  return JSON.parse(new TextDecoder().decode(stdout));
}
