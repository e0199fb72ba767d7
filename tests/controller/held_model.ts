import type { Model, ModelEvent } from "../../lib/providers/mod.ts";

/** A model that stops in the middle of its answer. */
export interface HeldModel {
  readonly model: Model;
  /** Lets it go on. */
  readonly release: () => void;
}

/** Makes `model` wait before the first event for which `isThere` holds, until it is released. */
export function holdBefore(model: Model, isThere: (event: ModelEvent) => boolean): HeldModel {
  const { promise: released, resolve: release } = Promise.withResolvers<void>();
  return {
    release,
    model: {
      info: model.info,
      unsupported: (config) => model.unsupported(config),
      async *stream(request, signal) {
        for await (const event of model.stream(request, signal)) {
          if (isThere(event)) await released;
          yield event;
        }
      },
    },
  };
}
