import { OpenAI } from "openai";
import type { HttpCall } from "./http.ts";
import { SDK_OPTIONS } from "./sdk_client.ts";

/** OpenAI's SDK with nothing from the environment, sending through `fetch`. */
export function openaiClient(baseURL: string, fetch: HttpCall["fetch"]): OpenAI {
  return new OpenAI({
    ...SDK_OPTIONS,
    adminAPIKey: null,
    organization: null,
    project: null,
    webhookSecret: null,
    baseURL,
    fetch,
  });
}

/** The error text for stream data that is not JSON, whichever of OpenAI's APIs it comes from. */
export function unreadableEvent(detail: string): string {
  return `API error [parse_error]: Failed to parse SSE data: ${detail}`;
}
