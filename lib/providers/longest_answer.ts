import type { RequestConfig } from "../protocol/mod.ts";
import type { Model } from "./model.ts";

/**
 * The same model, which is never asked for a longer answer than it can give: providers refuse that, and a
 * setting for one model must not keep its fallback from taking over.
 *
 * @param maxTokens of one answer
 */
export function withLongestAnswer(model: Model, maxTokens: number): Model {
  const within = (config: RequestConfig): RequestConfig =>
    isTooLong(config) ? { ...config, max_tokens: maxTokens } : config;
  const isTooLong = ({ max_tokens }: RequestConfig) =>
    max_tokens !== null && max_tokens > maxTokens;
  return {
    info: model.info,
    stream: (request, signal) =>
      model.stream({ ...request, config: within(request.config) }, signal),
    unsupported: (config) => [
      ...model.unsupported(within(config)),
      ...isTooLong(config)
        ? [
          `'max_tokens' ${config.max_tokens} is more than ${model.info.id} gives: ${maxTokens} is used`,
        ]
        : [],
    ],
  };
}
