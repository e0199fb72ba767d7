import { PodError } from "../base/mod.ts";
import { openTable } from "../host/mod.ts";
import type { Env, ModelCapability } from "../manifest/mod.ts";
import { DEFAULT_REQUEST_CONFIG, textMessage } from "../protocol/mod.ts";
import { type Catalog, type ModelRequest, resolveModel } from "../providers/mod.ts";
import { formatTable } from "./output/table.ts";
import { oneLine } from "./output/style.ts";

/** What became of a small request to a model; the fields of `pod models --check --json`. */
export interface ModelCheck {
  readonly ref: string;
  readonly ok: boolean;
  /** From the request to the first event of the answer; null when there was none. */
  readonly first_event_ms: number | null;
  /** From the request to the end of the answer; null when it did not come. */
  readonly total_ms: number | null;
  /** What the catalog says that it can do; null for a model that cannot be found there. */
  readonly capability: ModelCapability | null;
  /** Tokens. */
  readonly context_window: number | null;
  readonly error: string | null;
}

const ERROR_WIDTH = 300;

/** Costs next to nothing; a model that thinks first may use it up, and has answered all the same. */
const SMALL_REQUEST: ModelRequest = {
  system: null,
  items: [textMessage("user", "Answer with one word: ok")],
  tools: [],
  config: { ...DEFAULT_REQUEST_CONFIG, max_tokens: 64 },
};

/** Asks a model for a word, once. */
export async function checkModel(ref: string, catalog: Catalog, env: Env): Promise<ModelCheck> {
  const check: { -readonly [Field in keyof ModelCheck]: ModelCheck[Field] } = {
    ref,
    ok: false,
    first_event_ms: null,
    total_ms: null,
    capability: null,
    context_window: null,
    error: null,
  };
  try {
    const { capability, contextWindow } = resolveModel({ ref }, catalog);
    check.capability = capability;
    check.context_window = contextWindow;
    const { model } = await openTable({ ref }, catalog, env);
    const startedAt = performance.now();
    const elapsed = () => Math.round(performance.now() - startedAt);
    for await (const _event of model.stream(SMALL_REQUEST, new AbortController().signal)) {
      check.first_event_ms ??= elapsed();
    }
    check.total_ms = elapsed();
    check.ok = true;
  } catch (error) {
    if (!(error instanceof PodError)) throw error;
    check.error = error.message;
  }
  return check;
}

const HEAD = ["MODEL", "CHECK", "FIRST EVENT", "WHOLE", "WHAT IT CAN DO"];
/** One cell of each column that is as wide as they get, beside the models themselves. */
const WIDEST = ["MODEL", "failed", "FIRST EVENT", "12345 ms"];

/** A table of checks that is shown line by line: one that takes long does not hold back the others. */
export interface CheckTable {
  readonly head: string;
  line(check: ModelCheck): string;
}

/** @param refs of all models that are to be in the table */
export function checkTable(refs: readonly string[]): CheckTable {
  const [model, ...others] = WIDEST.map((cell) => cell.length);
  const widths = [Math.max(model ?? 0, ...refs.map((ref) => ref.length)), ...others];
  const format = (cells: readonly string[]) => formatTable([cells], widths);
  return { head: format(HEAD), line: (check) => format(cellsOf(check)) };
}

function cellsOf({ ref, ok, first_event_ms, total_ms, error, ...check }: ModelCheck): string[] {
  return [
    ref,
    ok ? "ok" : "failed",
    milliseconds(first_event_ms),
    milliseconds(total_ms),
    error === null ? describe(check) : oneLine(error, ERROR_WIDTH),
  ];
}

function milliseconds(ms: number | null): string {
  return ms === null ? "-" : `${ms} ms`;
}

const REASONING = { effort: "effort", budget_tokens: "budget", both: "effort or budget" } as const;

function describe(
  { capability, context_window }: Pick<ModelCheck, "capability" | "context_window">,
) {
  if (capability === null) return "";
  const { tool_calling, structured_output, vision, reasoning, prompt_caching } = capability;
  return [
    `${context_window} tokens`,
    `tools ${tool_calling}`,
    `output ${structured_output}`,
    ...(vision ? ["vision"] : []),
    ...(reasoning === undefined ? [] : [`reasoning by ${REASONING[reasoning]}`]),
    `caching ${prompt_caching.kind}`,
  ].join(", ");
}
