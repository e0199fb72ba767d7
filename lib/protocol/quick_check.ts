import * as v from "valibot";

/** Whether a value already is what a schema would return for it. */
export type QuickCheck = (value: unknown) => boolean;

type KnownSchema =
  | v.StringSchema<undefined>
  | v.NumberSchema<undefined>
  | v.BooleanSchema<undefined>
  | v.UnknownSchema
  | v.LiteralSchema<v.Literal, undefined>
  | v.PicklistSchema<v.PicklistOptions, undefined>
  | v.CustomSchema<unknown, undefined>
  | v.NullableSchema<v.GenericSchema, undefined>
  | v.ExactOptionalSchema<v.GenericSchema, undefined>
  | v.OptionalSchema<v.GenericSchema, undefined>
  | v.ArraySchema<v.GenericSchema, undefined>
  | v.ObjectSchema<v.ObjectEntries, undefined>
  | v.LazySchema<v.GenericSchema>;

const never: QuickCheck = () => false;

/**
 * A check several times faster than parsing, for logs of a hundred thousand lines. It builds nothing and
 * reports nothing: true means that the value can be used as it is; false means that only a parse can tell,
 * because the value is wrong, lacks a default, or needs a part of valibot that is not known here.
 */
export function quickCheck(schema: v.GenericSchema): QuickCheck {
  const checks = new WeakMap<v.GenericSchema, QuickCheck>();
  const checkOf = (part: v.GenericSchema): QuickCheck => {
    const known = checks.get(part);
    if (known !== undefined) return known;
    const made = compile(part, checkOf);
    checks.set(part, made);
    return made;
  };
  return checkOf(schema);
}

type CheckOf = (schema: v.GenericSchema) => QuickCheck;

function compile(generic: v.GenericSchema, checkOf: CheckOf): QuickCheck {
  if ("pipe" in generic) return never;
  const schema = generic as KnownSchema;
  switch (schema.type) {
    case "string":
      return (value) => typeof value === "string";
    case "boolean":
      return (value) => typeof value === "boolean";
    case "number":
      return (value) => typeof value === "number";
    case "unknown":
      return () => true;
    case "literal":
      return (value) => value === schema.literal;
    case "picklist":
      return (value) => (schema.options as readonly unknown[]).includes(value);
    case "nullable": {
      const check = checkOf(schema.wrapped);
      return (value) => value === null || check(value);
    }
    case "exact_optional":
    case "optional":
      return checkOf(schema.wrapped);
    case "custom":
      return (value) => schema.check(value);
    case "array": {
      const check = checkOf(schema.item);
      return (value) => Array.isArray(value) && value.every(check);
    }
    case "object":
      return compileObject(schema.entries, checkOf);
    case "lazy":
      return (value) => checkOf(schema.getter(value))(value);
    default:
      return never;
  }
}

function compileObject(entries: v.ObjectEntries, checkOf: CheckOf): QuickCheck {
  const fields = Object.entries(entries).map(([key, schema]) => ({
    key,
    mayBeAbsent: schema.type === "exact_optional",
    check: checkOf(schema as v.GenericSchema),
  }));
  return (value) => {
    if (typeof value !== "object" || value === null) return false;
    const object = value as Record<string, unknown>;
    for (const { key, mayBeAbsent, check } of fields) {
      const field = object[key];
      if (field === undefined ? !mayBeAbsent : !check(field)) return false;
    }
    return true;
  };
}
