import { parseManifest, type PartialManifest } from "../../lib/manifest/mod.ts";

/** Parses a TOML layer whose relative paths count from `base`. */
export async function toml(text: string, base: string | null = "/base"): Promise<PartialManifest> {
  return (await parseManifest(text, { format: "toml", source: "manifest /t.toml", base })).manifest;
}

/** The least that resolves. */
export const MINIMAL: PartialManifest = {
  pod: { name: "p" },
  scope: { allow: [{ target: "/srv", permission: "write", recursive: true }] },
};
