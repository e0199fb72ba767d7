import * as v from "valibot";
import { messageOf } from "../base/mod.ts";
import { issueText } from "../protocol/mod.ts";
import type { ReadText } from "./catalog.ts";
import { ProviderError } from "./provider_error.ts";

/** As much of an entry as tells it from others; the rest is checked once it is merged. */
const override = v.looseObject({ id: v.string(), provider: v.exactOptional(v.string()) });
const overrides = v.exactOptional(v.array(override), []);
const replace = v.exactOptional(v.boolean(), false);

/** `providers.toml`. */
export const providerOverrides = v.pipe(
  v.strictObject({ replace, provider: overrides }),
  v.transform(({ replace, provider }) => ({ replace, overrides: provider })),
);

/** `models.toml`. */
export const modelOverrides = v.pipe(
  v.strictObject({ replace, model: overrides }),
  v.transform(({ replace, model }) => ({ replace, overrides: model })),
);

/** One of the two override files. */
export interface OverrideFile<Entry> {
  /** What it overrides, for messages. */
  readonly name: string;
  readonly path: string;
  readonly shape: typeof providerOverrides | typeof modelOverrides;
  /** A whole entry. */
  readonly entry: v.GenericSchema<unknown, Entry>;
  readonly readText: ReadText;
}

/**
 * The builtin entries with those of a file laid over them, key by key.
 *
 * @throws {ProviderError} `catalog`, naming the file and what is wrong with it
 */
export async function applyOverrides<Entry extends { id: string; provider?: string }>(
  builtin: readonly Entry[],
  file: OverrideFile<Entry>,
): Promise<readonly Entry[]> {
  const text = await file.readText(file.path).catch((error) => {
    throw failure(file, "read", messageOf(error), error);
  });
  if (text === null) return builtin;
  const { replace, overrides } = await parseOverrides(text, file);
  const entries = new Map(replace ? [] : builtin.map((entry) => [identityOf(entry), entry]));
  for (const override of overrides) {
    const identity = identityOf(override);
    const merged = v.safeParse(file.entry, { ...entries.get(identity), ...override });
    if (!merged.success) {
      throw failure(file, "parse", `\`${override.id}\`: ${issueText(merged.issues)}`);
    }
    entries.set(identity, merged.output);
  }
  return [...entries.values()];
}

async function parseOverrides<Entry>(text: string, file: OverrideFile<Entry>) {
  const { parse } = await import("smol-toml");
  let table: unknown;
  try {
    table = parse(text);
  } catch (error) {
    throw failure(file, "parse", messageOf(error), error);
  }
  const parsed = v.safeParse(file.shape, table);
  if (!parsed.success) throw failure(file, "parse", issueText(parsed.issues));
  return parsed.output;
}

/** Ids of models are unique within their provider; those of providers stand alone. */
function identityOf(entry: { id: string; provider?: string }): string {
  return `${entry.provider ?? ""}/${entry.id}`;
}

function failure<Entry>(
  file: OverrideFile<Entry>,
  verb: "read" | "parse",
  detail: string,
  cause?: unknown,
): ProviderError {
  return new ProviderError(
    "catalog",
    `failed to resolve model manifest: failed to load ${file.name}: ` +
      `failed to ${verb} catalog at ${file.path}: ${detail}`,
    { cause },
  );
}
