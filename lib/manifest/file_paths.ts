import { isJsonObject } from "../base/mod.ts";
import type { PartialManifest } from "./schema.ts";

/** Every key of a manifest that holds a path, or a list of paths. */
const PATH_KEYS = [
  "pod.prompt_pack",
  "model.auth.file",
  "scope.allow.target",
  "scope.deny.target",
  "delegation_scope.allow.target",
  "delegation_scope.deny.target",
  "compaction.model.auth.file",
  "memory.workspace_root",
  "memory.extract_model.auth.file",
  "memory.consolidation_model.auth.file",
  "skills.directories",
] as const;
export type PathKey = typeof PATH_KEYS[number];

/** Whether a path starts at the root. */
export function isAbsolute(path: string): boolean {
  return path.startsWith("/");
}

/** `path` as seen from the directory `base`: a plain join, nothing is normalised (spec 70 §1.5). */
export function absolutePath(base: string, path: string): string {
  if (isAbsolute(path)) return path;
  if (path === ".") return base;
  return base.endsWith("/") ? base + path : `${base}/${path}`;
}

/** The directory that holds an absolute path. */
export function parentDirectory(path: string): string {
  return path.slice(0, path.lastIndexOf("/")) || "/";
}

/** The layer with all its relative paths made absolute against `base`. */
export function absolutePaths(layer: PartialManifest, base: string): PartialManifest {
  const absolute = (path: string) => absolutePath(base, path);
  return PATH_KEYS.reduce((done, key) => mapAt(done, key.split("."), absolute), layer);
}

/** A path in a manifest, and under which key it is. */
export interface KeyedPath {
  readonly key: PathKey;
  readonly path: string;
}

/** The first relative path under one of `keys`. */
export function findRelativePath(
  layer: PartialManifest,
  keys: readonly PathKey[],
): KeyedPath | undefined {
  return pathsUnder(layer, keys).find(({ path }) => !isAbsolute(path));
}

/** The first absolute path, wherever it is. */
export function findAbsolutePath(layer: PartialManifest): KeyedPath | undefined {
  return pathsUnder(layer, PATH_KEYS).find(({ path }) => isAbsolute(path));
}

function pathsUnder(layer: PartialManifest, keys: readonly PathKey[]): KeyedPath[] {
  return keys.flatMap((key) => valuesAt(layer, key.split(".")).map((path) => ({ key, path })));
}

/** The value with every text at the end of `keys` changed; lists on the way count element by element. */
function mapAt<T>(value: T, keys: readonly string[], change: (text: string) => string): T;
function mapAt(value: unknown, keys: readonly string[], change: (text: string) => string): unknown {
  if (Array.isArray(value)) return value.map((element) => mapAt(element, keys, change));
  const [key, ...rest] = keys;
  if (key === undefined) return typeof value === "string" ? change(value) : value;
  if (!isJsonObject(value) || value[key] === undefined) return value;
  return { ...value, [key]: mapAt(value[key], rest, change) };
}

function valuesAt(value: unknown, keys: readonly string[]): string[] {
  const found: string[] = [];
  mapAt(value, keys, (text) => {
    found.push(text);
    return text;
  });
  return found;
}
