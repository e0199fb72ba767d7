import { Spending } from "../../../lib/context/mod.ts";
import { deepEqual, equal } from "../../support/assert.ts";

const callEnd = (llm_call: number) => ({ event: "llm_call_end", data: { llm_call } }) as const;
const usage = (cost_usd?: number) => ({
  event: "usage",
  data: {
    input_tokens: 10,
    output_tokens: 5,
    cache_read_input_tokens: 4,
    ...(cost_usd !== undefined && { cost_usd }),
  },
} as const);

Deno.test("nothing is spent before a model was called, and a call that failed costs nothing", () => {
  const spending = new Spending();
  equal(spending.total, undefined);
  spending.see(callEnd(0));
  deepEqual(spending.total, {
    llm_calls: 1,
    input_tokens: 0,
    output_tokens: 0,
    cache_read_input_tokens: 0,
    cost_usd: 0,
  });
});

Deno.test("calls add up; at an unknown price of one the cost is not known", () => {
  const spending = new Spending();
  for (const event of [usage(0.1), callEnd(0), usage(0.2), callEnd(1)]) spending.see(event);
  deepEqual(spending.total, {
    llm_calls: 2,
    input_tokens: 20,
    output_tokens: 10,
    cache_read_input_tokens: 8,
    cost_usd: 0.3,
  });
  spending.see(usage());
  equal(spending.total?.cost_usd, undefined);
});
