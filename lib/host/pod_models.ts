import type { CompactionTools } from "../context/mod.ts";
import { type Manifest, type ModelConfig, scaleCompaction } from "../manifest/mod.ts";
import type { Model, Trace } from "../providers/mod.ts";
import { defaultCompaction } from "./compaction.ts";
import { openManifestModel, retrySettings } from "./manifest_model.ts";
import type { Launch } from "./prepare_launch.ts";

/** The models of one pod, and what depends on them. */
export interface PodModels {
  readonly model: Model;
  readonly fallbacks: readonly Model[];
  /** With the model that was chosen, and compaction in tokens. */
  readonly manifest: Manifest;
  readonly compaction: Omit<CompactionTools, "prompts" | "files">;
  /** Variables that may hold a key. */
  readonly secretVariables: readonly string[];
}

/**
 * Opens the models that a manifest names, for the pod and for its summaries.
 *
 * @param trace takes what happens in their calls
 * @throws {PodError} when one of them cannot be used.
 */
export async function openPodModels(launch: Launch, trace?: Trace): Promise<PodModels> {
  const { paths, options } = launch;
  const open = (manifest: Manifest) =>
    openManifestModel(manifest, paths, (name) => options.env[name], trace);
  const { model, fallbacks, table, secretVariables } = await open(launch.manifest);
  // Any of them may have to go on with the conversation.
  const contextWindow = Math.min(...[model, ...fallbacks].map(({ info }) => info.contextWindow));
  const manifest = withModel(launch, table, contextWindow);
  const settings = manifest.compaction ?? defaultCompaction(contextWindow);
  const summariser = settings.model && await open({ ...manifest, model: settings.model });
  return {
    model,
    fallbacks,
    manifest,
    compaction: {
      settings,
      recordSkips: manifest.compaction !== undefined,
      model: summariser?.model ?? model,
      fallbacks: summariser?.fallbacks ?? fallbacks,
      ...retrySettings(settings.model ?? manifest.model),
    },
    secretVariables: [...secretVariables, ...summariser?.secretVariables ?? []],
  };
}

function withModel(
  { manifest, compactionRatios }: Launch,
  table: ModelConfig,
  contextWindow: number,
): Manifest {
  const compaction = scaleCompaction(manifest.compaction, compactionRatios, contextWindow);
  return { ...manifest, model: table, compaction };
}
