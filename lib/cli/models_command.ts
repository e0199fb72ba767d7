import { readTextOrNull } from "../host/mod.ts";
import { resolvePaths } from "../manifest/mod.ts";
import {
  type Catalog,
  codexAuthPath,
  keyVariables,
  loadCatalog,
  resolveModel,
} from "../providers/mod.ts";
import type { PodConsole } from "./console.ts";
import { EXIT } from "./exit_code.ts";
import { formatTable } from "./output/table.ts";

/** One row of `pod models`; the fields of `pod models --json`. */
interface ModelRow {
  /** What `--model` takes. */
  readonly ref: string;
  readonly scheme: string;
  /** Tokens. */
  readonly context_window: number;
  /** Tokens of the longest answer, or null where the catalog does not know it. */
  readonly max_output_tokens: number | null;
  /** Variables that may hold the key; the first one set is used. */
  readonly key_variables: string[];
  /** Whether it is asked for with the ChatGPT login of the Codex CLI instead of a key. */
  readonly needs_login: boolean;
  /** Whether a key or a login is there, or none is needed. */
  readonly ready: boolean;
}

const SCENARIOS = [
  { provider: "demo", id: "tour" },
  { provider: "scripted", id: "FILE.toml" },
];

/** `pod models`: the catalog, with overrides applied. */
export async function modelsCommand(
  console: PodConsole,
  { json }: { readonly json: boolean },
): Promise<number> {
  const env = (name: string) => Deno.env.get(name);
  const catalog = await loadCatalog(readTextOrNull, resolvePaths(env).config, env);
  const loginPath = codexAuthPath(env);
  const isLoggedIn = loginPath !== null && await readTextOrNull(loginPath) !== null;
  const rows = [...catalog.models, ...SCENARIOS].map(({ provider, id }) =>
    describeModel(`${provider}/${id}`, catalog, env, isLoggedIn)
  );
  console.stdout.write(json ? `${JSON.stringify(rows)}\n` : describeTable(rows));
  return EXIT.finished;
}

function describeModel(
  ref: string,
  catalog: Catalog,
  env: (name: string) => string | undefined,
  isLoggedIn: boolean,
): ModelRow {
  const { scheme, contextWindow, maxOutputTokens, auth } = resolveModel({ ref }, catalog);
  const needsLogin = auth.kind === "codex_oauth";
  const variables = auth.kind === "api_key" && auth.env !== undefined ? keyVariables(auth.env) : [];
  return {
    ref,
    scheme,
    context_window: contextWindow,
    max_output_tokens: maxOutputTokens ?? null,
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
    ["MODEL", "WINDOW", "MAX ANSWER", "KEY"],
    ...rows.map((row) => [
      row.ref,
      String(row.context_window),
      String(row.max_output_tokens ?? "-"),
      keyColumn(row),
    ]),
  ]);
}
