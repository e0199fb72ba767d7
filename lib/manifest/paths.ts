/** Looks up an environment variable. */
export type Env = (name: string) => string | undefined;

/** The three base directories; null where no variable gives one. Nothing is checked or created. */
export interface Paths {
  /** What people edit: user manifest, profiles, catalog overrides, prompts. */
  readonly config: string | null;
  /** What must last: session logs and pod metadata. */
  readonly data: string | null;
  /** What may vanish at reboot: sockets, status files, the table of live pods. */
  readonly runtime: string | null;
}

/** Per base: the variables that decide it, strongest first, and what is appended to their value. */
const CANDIDATES = {
  config: [
    ["POD_CONFIG_DIR", ""],
    ["POD_HOME", "/config"],
    ["XDG_CONFIG_HOME", "/pod"],
    ["HOME", "/.config/pod"],
  ],
  data: [
    ["POD_DATA_DIR", ""],
    ["POD_HOME", ""],
    ["HOME", "/.pod"],
  ],
  runtime: [
    ["POD_RUNTIME_DIR", ""],
    ["POD_HOME", "/run"],
    ["XDG_RUNTIME_DIR", "/pod"],
    ["HOME", "/.pod/run"],
  ],
} as const;

/** Finds the base directories (spec 70 §2). An empty variable counts as unset. */
export function resolvePaths(env: Env): Paths {
  const first = (candidates: readonly (readonly [string, string])[]) => {
    for (const [variable, suffix] of candidates) {
      const value = env(variable);
      if (value) return value + suffix;
    }
    return null;
  };
  return {
    config: first(CANDIDATES.config),
    data: first(CANDIDATES.data),
    runtime: first(CANDIDATES.runtime),
  };
}

/** Where session logs are, unless `--store` says otherwise. */
export function sessionsDirectory(data: string): string {
  return `${data}/sessions`;
}

/** Where the metadata of all pods is: `<name>/metadata.json`. */
export function podsDirectory(data: string): string {
  return `${data}/pods`;
}

/** The directory of one live pod: socket, pid, status. */
export function podRuntimeDirectory(runtime: string, name: string): string {
  return `${runtime}/${name}`;
}
