import { DayWatch } from "../../lib/pod/day_watch.ts";
import { equal } from "../support/assert.ts";

const at = (time: string) => Date.parse(`2026-04-${time}Z`);

Deno.test("40.11-W4 a day is new once, by UTC", () => {
  const days = new DayWatch(at("15T09:30:00"));
  equal(days.change(at("15T23:59:59")), null);
  equal(days.change(at("16T00:00:00")), "2026-04-16");
  equal(days.change(at("16T12:00:00")), null);
  equal(days.change(at("19T12:00:00")), "2026-04-19");
});

Deno.test("40.11-W4 whoever knows of no day yet is told of none", () => {
  const days = new DayWatch(null);
  equal(days.change(at("15T09:30:00")), null);
  equal(days.change(at("16T09:30:00")), "2026-04-16");
});
