import type { PartialManifest } from "../schema.ts";
import type { CompactionRatios } from "./compaction_ratios.ts";

/** What is said about a profile, not about its pods. */
export interface ProfileMetadata {
  readonly name?: string;
  readonly description?: string;
  readonly format?: string;
}

/** What a profile makes of a pod. */
export interface Profile {
  readonly metadata: ProfileMetadata;
  /** The layer that it comes to; all paths are absolute. */
  readonly manifest: PartialManifest;
  /** Belong into the manifest's `[compaction]` as soon as the model is known. */
  readonly compactionRatios: CompactionRatios;
  /** Whether it says where its pods may work; else that is their working directory. */
  readonly hasOwnScope: boolean;
  /** What was odd about it: keys that nothing reads. */
  readonly warnings: readonly string[];
}

/** Where a profile's relative paths and intents lead. */
export interface ProfilePlace {
  /** Directory of its file; absolute. */
  readonly base: string;
  /** Working directory of the pod; absolute. */
  readonly workspace: string;
}
