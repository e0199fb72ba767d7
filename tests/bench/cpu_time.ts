/** The processor time that this process has used so far, in µs. */
export function cpuMicros(): number {
  let nanos = 0;
  for (const { name } of Deno.readDirSync("/proc/self/task")) {
    const [running = "0"] = Deno.readTextFileSync(`/proc/self/task/${name}/schedstat`).split(" ");
    nanos += Number(running);
  }
  return nanos / 1000;
}
