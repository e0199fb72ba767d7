import type { JsonObject } from "../base/mod.ts";

/** The JSON of a resolved manifest, as TOML. */
export async function manifestToml(manifest: JsonObject): Promise<string> {
  const { stringify } = await import("smol-toml");
  return stringify(manifest);
}
