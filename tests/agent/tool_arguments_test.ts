import fc from "fast-check";
import { formatArguments, parseArguments } from "../../lib/agent/mod.ts";
import { deepEqual, equal, match } from "../support/assert.ts";

Deno.test("20.13-6 whatever is no object is read as an empty object, with what is wrong", () => {
  for (const text of ["null", "[1,2,3]", "42", '"s"', "true"]) {
    deepEqual(
      parseArguments(text),
      { input: {}, problem: "arguments are not a JSON object" },
      text,
    );
  }
  const { input, problem } = parseArguments("{not json");
  deepEqual(input, {});
  match(problem ?? "", /^arguments are not valid JSON: ./);
});

Deno.test("20.13-6 no text means no arguments; an object passes unchanged", () => {
  for (const text of ["", "  \n"]) deepEqual(parseArguments(text), { input: {} });
  deepEqual(parseArguments('{"b":[1,{"c":null}],"a":"x"}'), {
    input: { b: [1, { c: null }], a: "x" },
  });
});

Deno.test("spec 20 §1.4 written arguments are compact, with keys in ascending order at every level", () => {
  const text = '{ "b": [ { "z": 1, "y": 2 } ], "a": { "d": 1, "c": 2 } }';
  equal(formatArguments(parseArguments(text).input), '{"a":{"c":2,"d":1},"b":[{"y":2,"z":1}]}');
});

Deno.test("written arguments spell no lone surrogate", () => {
  equal(formatArguments(parseArguments('{"a":"\\ud800"}').input), '{"a":"\ufffd"}');
});

Deno.test("arguments once written are read as the same object and written as the same text", () => {
  const anyObject = fc.dictionary(
    fc.string().filter((key) => key !== "__proto__"),
    fc.jsonValue(),
  );
  fc.assert(fc.property(anyObject, (object) => {
    const { input } = parseArguments(JSON.stringify(object));
    const text = formatArguments(input);
    const again = parseArguments(text);
    deepEqual(again, { input });
    equal(formatArguments(again.input), text);
  }));
});
