import { readGemini } from "./gemini_rules.ts";
import {
  anthropicFrames,
  geminiFrames,
  openaiChatFrames,
  openaiResponsesFrames,
  type Speech,
} from "./model_frames.ts";
import type { RecordedRequest } from "./model_server.ts";
import { readAnthropic, readOpenai, readResponses, type SentConversation } from "./wire_rules.ts";

/** What tests that hold for every wire scheme need to know about one. */
export interface Scheme {
  readonly scheme: "anthropic" | "openai_chat" | "openai_responses" | "gemini";
  /** Stands in the URLs of its requests, and of no other's. */
  readonly path: string;
  /** A speech as the frames of its stream. */
  frames(speech: Speech, model: string): string[];
  /** Reads a request; throws where the API would refuse it. */
  read(request: RecordedRequest): SentConversation;
  /** How a model declines to answer with the words `I cannot.` */
  readonly refusal: Speech;
  /** What carries the signature of an answer with thoughts and calls; `sealed`: it is the thought, encrypted. */
  readonly signed: "thought" | "sealed" | "call" | null;
  /** Whether messages tell a remark by the way from the answer. */
  readonly hasPhases: boolean;
}

/** All wire schemes. A new one joins here, with its frames, its rules and its line in `WIRES` of the server. */
export const SCHEMES: readonly Scheme[] = [
  {
    scheme: "anthropic",
    path: "/messages",
    frames: anthropicFrames,
    read: readAnthropic,
    refusal: { text: "I cannot.", stopReason: "refusal" },
    signed: "thought",
    hasPhases: false,
  },
  {
    scheme: "openai_chat",
    path: "/chat/completions",
    frames: openaiChatFrames,
    read: readOpenai,
    refusal: { refusal: "I cannot.", stopReason: "content_filter" },
    signed: null,
    hasPhases: false,
  },
  {
    scheme: "openai_responses",
    path: "/responses",
    frames: openaiResponsesFrames,
    read: readResponses,
    refusal: { refusal: "I cannot." },
    signed: "sealed",
    hasPhases: true,
  },
  {
    scheme: "gemini",
    path: ":streamGenerateContent",
    frames: geminiFrames,
    read: readGemini,
    refusal: { text: "I cannot.", stopReason: "SAFETY" },
    signed: "call",
    hasPhases: false,
  },
];
