/** How V8 is set up in the executable. */
export const V8_FLAGS: readonly string[] = [
  // A regular expression from a model or a user must not be able to hang the process.
  "--enable-experimental-regexp-engine-on-excessive-backtracks",
  // Keeps 4 MB less after work. `--optimize-for-size` does so too, but doubles the time of a long replay.
  "--max-semi-space-size=1",
  // A pod at rest is 3 MB smaller without V8's middle compiler, and no slower at what it does most.
  "--no-maglev",
];
