import { readTextOrNull } from "../host/mod.ts";
import { type ModelCapability, resolvePaths } from "../manifest/mod.ts";
import {
  type Catalog,
  codexAuthPath,
  defaultModels,
  keyVariables,
  loadCatalog,
  type ModelPrice,
  resolveModel,
} from "../providers/mod.ts";
import { checkModel, type CheckTable, checkTable, type ModelCheck } from "./check_model.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { formatTable } from "./output/table.ts";

/** What `pod models` is asked for. */
export interface ModelsOptions {
  /** Only these, or with `check` these instead of those that a start may choose by itself. */
  readonly refs: readonly string[];
  readonly json: boolean;
  /** Whether to ask each model for a word. */
  readonly check: boolean;
}

/** One row of `pod models`; the fields of `pod models --json`. */
interface ModelRow {
  /** What `--model` takes. */
  readonly ref: string;
  readonly scheme: string;
  /** Tokens. */
  readonly context_window: number;
  /** Tokens of the longest answer, or null where the catalog does not know it. */
  readonly max_output_tokens: number | null;
  readonly capability: ModelCapability;
  /** US dollars per million tokens, or null where the catalog does not know it. */
  readonly price: ModelPrice | null;
  /** Variables that may hold the key; the first one set is used. */
  readonly key_variables: string[];
  /** Whether it is asked for with the ChatGPT login of the Codex CLI instead of a key. */
  readonly needs_login: boolean;
  /** Whether a key or a login is there, or none is needed. */
  readonly ready: boolean;
}

/** What stands for a model of a provider whose models the catalog does not know. */
const SOME_MODEL: Readonly<Record<string, string>> = { demo: "tour", scripted: "FILE.toml" };

/** `pod models`: the catalog, with overrides applied; with `check` what becomes of a small request. */
export async function modelsCommand(
  console: PodConsole,
  { refs, json, check }: ModelsOptions,
): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const catalog = await loadCatalog(readTextOrNull, resolvePaths(env).config, env);
  if (check) {
    const asked = refs.length > 0 ? refs : defaultModels(env);
    const checks = asked.map((ref) => checkModel(ref, catalog, env));
    if (!json) await showAsTheyCome(checks, checkTable(asked), console);
    const known = await Promise.all(checks);
    if (json) console.stdout.write(`${JSON.stringify(known)}\n`);
    return known.every(({ ok }) => ok) ? EXIT.finished : EXIT.failed;
  }
  const loginPath = codexAuthPath(env);
  const isLoggedIn = loginPath !== null && await readTextOrNull(loginPath) !== null;
  const listed = refs.length > 0 ? refs : allModels(catalog);
  const rows = listed.map((ref) => describeModel(ref, catalog, env, isLoggedIn));
  console.stdout.write(json ? `${JSON.stringify(rows)}\n` : describeTable(rows));
  return EXIT.finished;
}

async function showAsTheyCome(
  checks: readonly Promise<ModelCheck>[],
  table: CheckTable,
  { stdout }: PodConsole,
): Promise<void> {
  stdout.write(table.head);
  await Promise.all(checks.map(async (check) => stdout.write(table.line(await check))));
}

/** The models of the catalog, then one line for each provider that takes any. */
function allModels({ models, providers }: Catalog): string[] {
  const known = new Set(models.map(({ provider }) => provider));
  const others = providers.filter(({ id }) => !known.has(id));
  return [
    ...models.map(({ provider, id }) => `${provider}/${id}`),
    ...others.map(({ id }) => `${id}/${SOME_MODEL[id] ?? "MODEL"}`),
  ];
}

function describeModel(
  ref: string,
  catalog: Catalog,
  env: (name: string) => string | undefined,
  isLoggedIn: boolean,
): ModelRow {
  const { scheme, contextWindow, maxOutputTokens, capability, price, auth } = resolveModel(
    { ref },
    catalog,
  );
  const needsLogin = auth.kind === "codex_oauth";
  const variables = auth.kind === "api_key" && auth.env !== undefined ? keyVariables(auth.env) : [];
  return {
    ref,
    scheme,
    context_window: contextWindow,
    max_output_tokens: maxOutputTokens ?? null,
    capability,
    price: price ?? null,
    key_variables: variables,
    needs_login: needsLogin,
    ready: needsLogin ? isLoggedIn : auth.kind === "none" || variables.some((name) => env(name)),
  };
}

/** What is missing, if anything. */
function keyColumn({ ready, needs_login, key_variables, scheme }: ModelRow): string {
  if (ready) return "ready";
  return needs_login ? "codex login" : key_variables.at(-1) ?? scheme;
}

function describeTable(rows: readonly ModelRow[]): string {
  return formatTable([
    ["MODEL", "WINDOW", "MAX ANSWER", "$/M IN, OUT", "KEY"],
    ...rows.map((row) => [
      row.ref,
      String(row.context_window),
      String(row.max_output_tokens ?? "-"),
      row.price === null ? "-" : `${row.price.input}, ${row.price.output}`,
      keyColumn(row),
    ]),
  ]);
}
