import { VERSION } from "../base/mod.ts";
import { ModelError } from "./model.ts";

/** Who we are, to every API. */
export const CLIENT_NAME = "pod";

/**
 * All headers of a streaming request: who we are, what we expect, and what the scheme adds.
 *
 * @throws {ModelError} `config`, when a key cannot be sent in a header; it does not quote the key.
 */
export function requestHeaders(ofScheme: Readonly<Record<string, string>>): Headers {
  try {
    return new Headers({
      accept: "text/event-stream",
      "content-type": "application/json",
      "user-agent": `${CLIENT_NAME}/${VERSION}`,
      ...ofScheme,
    });
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
    throw new ModelError(
      "config",
      "Config error: invalid api key: it has a character that no HTTP header can carry",
    );
  }
}
