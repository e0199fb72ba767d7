import * as v from "valibot";
import { messageOf, PodError } from "../base/mod.ts";
import { type LaunchOptions, readNamedText, type SessionChoice } from "../host/mod.ts";
import { issueText } from "../protocol/mod.ts";
import { type ScopeSnapshot, scopeSnapshot } from "../session/mod.ts";
import { launchOptions } from "./launch_flags.ts";
import type { ServeFlags } from "./serve_flags.ts";

const NO_PROJECT = "--project is no longer supported; normal startup uses profile " +
  "discovery/default, and --manifest <PATH> is the only one-file manifest mode";

/**
 * What the flags of `pod serve` ask for (spec 70 §4.2).
 *
 * @throws {PodError}
 */
export async function serveOptions(flags: ServeFlags): Promise<LaunchOptions> {
  if (flags.project !== undefined) throw new PodError("usage", NO_PROJECT);
  return launchOptions(flags, {
    name: flags.pod ?? flags.profilePodName ?? flags.sessionPodName,
    session: await sessionChoice(flags),
    storePath: flags.store,
    ephemeral: false,
    isOneShot: false,
  });
}

async function sessionChoice(flags: ServeFlags): Promise<SessionChoice> {
  const { adopt, callback, spawnConfigJson, session, resumeScopeJson, pod } = flags;
  if (adopt) {
    if (callback === undefined) throw new PodError("usage", "--adopt requires --callback");
    const config = await jsonText("--spawn-config-json", spawnConfigJson);
    return { kind: "adopted", callback, config };
  }
  if (session !== undefined) {
    const scope = await jsonText("--resume-scope-json", resumeScopeJson);
    return { kind: "segment", id: session, scope: scope === undefined ? scope : parseScope(scope) };
  }
  if (pod !== undefined) return { kind: "named", mustExist: flags.requirePodState ?? false };
  return { kind: "fresh" };
}

/** Everybody can see the arguments of a process, and they are limited; hence the file (spec 70 §9-22). */
async function jsonText(flag: string, value: string | undefined): Promise<string | undefined> {
  if (!value?.startsWith("@")) return value;
  return await readNamedText(value.slice(1), `${flag} ${value}`);
}

function parseScope(text: string): ScopeSnapshot {
  const fail = (detail: string) =>
    new PodError("usage", `failed to parse --resume-scope-json: ${detail}`);
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw fail(messageOf(error));
  }
  const result = v.safeParse(scopeSnapshot, value);
  if (result.success) return result.output;
  throw fail(issueText(result.issues));
}
