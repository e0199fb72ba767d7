import type { RequestConfig } from "../protocol/mod.ts";
import { ignoredSetting } from "./reasoning.ts";

const SAMPLING = ["temperature", "top_p", "top_k"] as const;

/** The sampling settings that are set, under their names in `config`, which are those of most APIs. */
export function samplingSettings(config: RequestConfig) {
  const { temperature, top_p, top_k } = config;
  return {
    ...(temperature !== null && { temperature }),
    ...(top_p !== null && { top_p }),
    ...(top_k !== null && { top_k }),
  };
}

/** One warning for each sampling setting that is set and that `receiver` does not take. */
export function samplingWarnings(config: RequestConfig, receiver: string): string[] {
  return SAMPLING.filter((name) => config[name] !== null)
    .map((name) => ignoredSetting(name, receiver));
}
