/** How V8 is set up in the executable. */
export const V8_FLAGS: readonly string[] = [
  // A regular expression from a model or a user must not be able to hang the process.
  "--enable-experimental-regexp-engine-on-excessive-backtracks",
  // Keeps 4 MB less after work. `--optimize-for-size` does so too, but doubles the time of a long replay.
  "--max-semi-space-size=1",
  // A start calls one small function often enough to bring in V8's middle compiler, which takes 3 MB.
  "--invocation-count-for-maglev=2000",
];
