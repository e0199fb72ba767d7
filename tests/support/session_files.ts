/** The paths of all segment logs below a sessions directory. */
export async function segmentPaths(sessions: string): Promise<string[]> {
  const paths: string[] = [];
  for await (const session of Deno.readDir(sessions)) {
    for await (const segment of Deno.readDir(`${sessions}/${session.name}`)) {
      paths.push(`${sessions}/${session.name}/${segment.name}`);
    }
  }
  return paths.sort();
}

/** The parsed lines of the only segment log below a sessions directory, as they are on disk. */
export async function readEntries(sessions: string): Promise<Record<string, unknown>[]> {
  const [path, ...others] = await segmentPaths(sessions);
  if (path === undefined || others.length > 0) {
    throw new Error(
      `expected one segment below ${sessions}, found ${others.length + (path ? 1 : 0)}`,
    );
  }
  const text = await Deno.readTextFile(path);
  return text.split("\n").slice(0, -1).map((line) => JSON.parse(line));
}
