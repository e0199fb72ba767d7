/** Whether sweeps go through everything, as in `.ci/run`, and not only through a sample. */
export const EXHAUSTIVE = Deno.env.get("POD_TEST_EXHAUSTIVE") === "1";
