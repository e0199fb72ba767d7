import compactSystemText from "./texts/compact_system.md" with { type: "text" };
import defaultText from "./texts/default.md" with { type: "text" };
import memoryText from "./texts/memory.md" with { type: "text" };
import memoryConsolidationText from "./texts/memory_consolidation_system.md" with { type: "text" };
import memoryExtractText from "./texts/memory_extract_system.md" with { type: "text" };
import writingText from "./texts/writing.md" with { type: "text" };
import type { PromptVariables } from "./variables.ts";

/** A text of pod's own. It needs no template engine, and what it speaks of exists. */
export type BuiltinAsset = (variables: PromptVariables) => string;

/** The text of the worker that summarises a conversation. */
export const compactSystem = () => compactSystemText.trimEnd();

/** The text of the worker that extracts memories; they are written in `language`. */
export const memoryExtractSystem = ({ language }: Pick<PromptVariables, "language">) =>
  paragraphs(memoryExtractText, writeIn(language));

/** The text of the worker that keeps the memory in order; records are written in `language`. */
export const memoryConsolidationSystem = ({ language }: Pick<PromptVariables, "language">) =>
  paragraphs(memoryConsolidationText, writeIn(language));

const workspace = ({ cwd, date }: Pick<PromptVariables, "cwd" | "date">) =>
  `## Environment

Working directory: ${cwd}
Relative paths count from there.
Date when the session began: ${date} (UTC)`;

const language = ({ language }: Pick<PromptVariables, "language">) =>
  `## Language

\`language\`: \`${language}\`

This is the language of your prose. Identifiers, paths, commands, log lines, quotations and proper
names stay as they are. Do not translate file contents, command output or protocol literals unless
you are asked to.`;

/** Advice on tools, each with the tools that a pod must have for it to make sense. */
const TOOL_ADVICE: readonly { readonly tools: readonly string[]; readonly advice: string }[] = [
  { tools: [], advice: "Use the most specific tool for the purpose." },
  { tools: ["Read"], advice: "When you know the path of a file, Read it; do not search for it." },
  {
    tools: ["Glob", "Grep", "Bash"],
    advice: "Look for files with Glob and for text with Grep, not with shell pipelines.",
  },
  {
    tools: ["Read", "Write", "Edit", "Bash"],
    advice: "Read, create and change files with Read, Write and Edit, not with shell commands.",
  },
  { tools: ["Read", "Edit"], advice: "Read a file before you edit or overwrite it." },
  {
    tools: [],
    advice:
      "One response may hold several tool calls; they run side by side. Send together what does " +
      "not need each other's results, above all reads and searches.",
  },
];

const toolUsage = ({ tools }: Pick<PromptVariables, "tools">) => {
  if (tools.length === 0) return "## Tools\n\nYou have no tools: answer from what you are given.";
  const advice = TOOL_ADVICE
    .filter((line) => line.tools.every((tool) => tools.includes(tool)))
    .map((line) => `- ${line.advice}`);
  const memory = tools.includes("MemoryQuery") ? [memoryText] : [];
  return paragraphs("## Tools", advice.join("\n"), ...memory);
};

const writing = () => writingText.trimEnd();

/** The facts that instructions without variables of their own are completed with. */
export const facts = (variables: PromptVariables) =>
  paragraphs(workspace(variables), language(variables));

/** The library `$pod/…`, by path (spec 40 §1.7). */
export const BUILTIN_ASSETS: ReadonlyMap<string, BuiltinAsset> = new Map<string, BuiltinAsset>([
  ["default", (variables) =>
    paragraphs(
      defaultText,
      workspace(variables),
      toolUsage(variables),
      language(variables),
      writing(),
    )],
  ["common/workspace", workspace],
  ["common/tool-usage", toolUsage],
  ["common/language", language],
  ["common/writing", writing],
  ["internal/compact_system", compactSystem],
  ["internal/memory_extract_system", memoryExtractSystem],
  ["internal/memory_consolidation_system", memoryConsolidationSystem],
]);

function writeIn(language: string): string {
  return `## Language\n\nWrite all text fields in: ${language}. Leave identifiers, paths, commands, ` +
    "log lines, quotations and names as they are.";
}

function paragraphs(...texts: readonly string[]): string {
  return texts.map((text) => text.trimEnd()).join("\n\n");
}
