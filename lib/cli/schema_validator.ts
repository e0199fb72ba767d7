import addFormats from "ajv-formats";
import { Ajv } from "ajv";
import { Ajv2020 } from "ajv/dist/2020.js";

// Packages of the CommonJS kind keep their named exports through a bundle only when they are imported
// statically; whoever needs a validator loads this module at that moment.

/** A validator for JSON Schemas of draft-07, or of 2020-12. */
export function createValidator(draft07: boolean): Ajv {
  const options = { allErrors: true, strict: false, logger: false } as const;
  const validator = draft07 ? new Ajv(options) : new Ajv2020(options);
  addFormats.default(validator);
  return validator;
}
