/** Whether stored metadata may be read under a name: old pods had freer names (spec 30 §4.1). */
export function isStoredPodName(name: string): boolean {
  return name !== "" && name !== "." && name !== ".." && !/[/\0]/.test(name);
}
