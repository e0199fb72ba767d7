import { anthropicFrames, openaiChatFrames, type Speech } from "./model_frames.ts";
import type { RecordedRequest } from "./model_server.ts";
import { readAnthropic, readOpenai, type SentConversation } from "./wire_rules.ts";

/** What tests that hold for every wire scheme need to know about one. */
export interface Scheme {
  readonly scheme: "anthropic" | "openai_chat";
  /** How the paths of its requests end. */
  readonly path: string;
  /** A speech as the frames of its stream. */
  frames(speech: Speech, model: string): string[];
  /** Reads a request; throws where the API would refuse it. */
  read(request: RecordedRequest): SentConversation;
  /** How a model declines to answer with the words `I cannot.` */
  readonly refusal: Speech;
  /** Whether what a model thought goes back to it. */
  readonly takesThoughts: boolean;
}

/** All wire schemes. A new one joins here, with its frames, its rules and its line in `WIRES` of the server. */
export const SCHEMES: readonly Scheme[] = [
  {
    scheme: "anthropic",
    path: "/messages",
    frames: anthropicFrames,
    read: readAnthropic,
    refusal: { text: "I cannot.", stopReason: "refusal" },
    takesThoughts: true,
  },
  {
    scheme: "openai_chat",
    path: "/chat/completions",
    frames: openaiChatFrames,
    read: readOpenai,
    refusal: { refusal: "I cannot.", stopReason: "content_filter" },
    takesThoughts: false,
  },
];
