import { ToolError } from "../agent/mod.ts";
import { byteLength, forwardAbort, messageOf } from "../base/mod.ts";
import { MessageReader } from "./ripgrep_messages.ts";
import type { FileHits, SearchEngine, SearchJob, SearchQuery } from "./search_engine.ts";
import { invalidRegex } from "./search_pattern.ts";

/** How long the paths of one command line may be together: far below what any system allows. */
const MAX_PATH_BYTES = 96 * 1024;

/**
 * The search engine that has `rg` do the matching. The files are chosen by the caller and given by
 * name, a batch at a time, so they and their order are the same as without `rg`.
 */
export function searchWithRipgrep(rgPath: string): SearchEngine {
  return async function* (job) {
    const batches = inBatches(job.paths);
    // The next batch is collected while `rg` searches the one before it.
    let coming = Promise.allSettled([batches.next()]);
    try {
      while (true) {
        const [batch] = await coming;
        if (batch.status === "rejected") throw batch.reason;
        if (batch.value.done) return;
        coming = Promise.allSettled([batches.next()]);
        yield* searchBatch(rgPath, batch.value.value, job);
      }
    } finally {
      await coming;
      await batches.return();
    }
  };
}

async function* inBatches(paths: AsyncIterable<string>): AsyncGenerator<string[], void> {
  let batch: string[] = [];
  let bytes = 0;
  for await (const path of paths) {
    batch.push(path);
    bytes += byteLength(path) + 1;
    if (bytes < MAX_PATH_BYTES) continue;
    yield batch;
    batch = [];
    bytes = 0;
  }
  if (batch.length > 0) yield batch;
}

async function* searchBatch(
  rgPath: string,
  paths: string[],
  job: SearchJob,
): AsyncGenerator<FileHits> {
  const stop = new AbortController();
  using _forwarding = forwardAbort(job.signal, stop);
  const rg = start(rgPath, [...optionsFor(job.query), "--", ...paths], stop.signal);
  const complaints = new Response(rg.stderr).text();
  try {
    const reader = new MessageReader(job.query);
    for await (const messages of linesIn(rg.stdout)) {
      for (const message of messages) {
        const hits = reader.read(message);
        if (hits !== null) yield hits;
      }
    }
    job.signal.throwIfAborted();
    if (!reader.isComplete) throw invalidRegex((await complaints).trim());
    for (const path of unreadable(await complaints, new Set(paths))) job.onSkipped(path);
  } finally {
    stop.abort();
    await Promise.all([rg.status, complaints]);
  }
}

function start(rgPath: string, args: string[], signal: AbortSignal): Deno.ChildProcess {
  try {
    const options = { args, signal, stdin: "null", stdout: "piped", stderr: "piped" } as const;
    return new Deno.Command(rgPath, options).spawn();
  } catch (error) {
    throw new ToolError("Execution failed", `spawn rg: ${messageOf(error)}`, { cause: error });
  }
}

/** One thread keeps the order of the files; the pod's own work runs beside it. */
function optionsFor(query: SearchQuery): string[] {
  return [
    "--no-config",
    "--json",
    "--no-mmap",
    "--threads=1",
    query.ignoreCase ? "--ignore-case" : "--case-sensitive",
    ...(query.multiline ? ["--multiline", "--multiline-dotall"] : []),
    ...(Number.isFinite(query.maxMatches) ? [`--max-count=${query.maxMatches}`] : []),
    `--before-context=${query.before}`,
    `--after-context=${query.after}`,
    `--regexp=${query.pattern.ripgrep}`,
  ];
}

async function* linesIn(bytes: ReadableStream<Uint8Array<ArrayBuffer>>): AsyncGenerator<string[]> {
  let rest = "";
  for await (const text of bytes.pipeThrough(new TextDecoderStream())) {
    rest += text;
    if (!text.includes("\n")) continue;
    const lines = rest.split("\n");
    rest = lines.pop() ?? "";
    yield lines;
  }
}

/** Names of files in the complaints of `rg`, without those that have gone since they were listed. */
function unreadable(complaints: string, searched: ReadonlySet<string>): string[] {
  const noSuchFile = "(os error 2)";
  return complaints.split("\n")
    .filter((line) => !line.endsWith(noSuchFile))
    .map((line) => line.slice(0, Math.max(0, line.lastIndexOf(": "))))
    .filter((path) => searched.has(path));
}
