import { resolveManifest, scaleCompaction } from "../../../lib/manifest/mod.ts";
import { deepEqual, equal, rejects } from "../../support/assert.ts";
import { Places } from "./support.ts";

async function settings(table: string, contextWindow: number) {
  await using places = await Places.create({ "p.toml": `[compaction]\n${table}` });
  const { manifest, compactionRatios } = await places.resolve("p.toml");
  const { compaction } = resolveManifest([manifest, { pod: { name: "p" } }]);
  return scaleCompaction(compaction, compactionRatios, contextWindow);
}

Deno.test("70.3.5 ratios become tokens of the model's window, rounded down", async () => {
  const ratios = 'kind = "ratio"\nthreshold = 0.6\nrequest_threshold = 0.755\n' +
    "worker_context_max_tokens = 1\nworker_max_turns = 7\n";
  for (const contextWindow of [200_000, 8191]) {
    const scaled = await settings(ratios, contextWindow);
    equal(scaled?.threshold, Math.floor(contextWindow * 0.6));
    equal(scaled?.request_threshold, Math.floor(contextWindow * 0.755));
    equal(scaled?.worker_context_max_tokens, contextWindow);
    equal(scaled?.worker_max_turns, 7);
    equal(scaled?.retained_tokens, 8_000);
  }
});

Deno.test("70.3.5 plain numbers are tokens, whether that is said or not", async () => {
  const plain = await settings("threshold = 1000\n", 10);
  equal(plain?.threshold, 1000);
  deepEqual(await settings('kind = "tokens"\nthreshold = 1000\n', 10), plain);
});

Deno.test("70.3.5 without a section there is nothing to scale", async () => {
  await using places = await Places.create({ "p.toml": "" });
  const { manifest, compactionRatios } = await places.resolve("p.toml");
  const { compaction } = resolveManifest([manifest, { pod: { name: "p" } }]);
  equal(scaleCompaction(compaction, compactionRatios, 10), undefined);
});

Deno.test("70.3.5 a ratio is more than nothing and at most the whole", async () => {
  for (const value of ["0", "-0.5", "1.1", "8000", "nan"]) {
    await rejects(settings(`kind = "ratio"\nthreshold = ${value}`, 10), {
      message: /compaction\.threshold: expected a ratio over 0 and up to 1/,
    });
  }
  await rejects(settings('kind = "ratio"\nthreshold = "half"', 10), {
    message: /compaction\.threshold: expected /,
  });
});
