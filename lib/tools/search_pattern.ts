import { RE2JS, RE2JSSyntaxException } from "re2js";
import { ToolError } from "../agent/mod.ts";
import { syntaxProblem } from "./glob_pattern.ts";

/** A regular expression in the form that each engine understands. */
export interface SearchPattern {
  readonly regex: RE2JS;
  /** For the command line of `rg`. */
  readonly ripgrep: string;
}

/** How a pattern is meant. */
export interface PatternOptions {
  readonly ignoreCase: boolean;
  /** Whether matches may span lines; `.` matches a line end then. */
  readonly multiline: boolean;
}

/**
 * Reads a pattern as a model writes it and gives it the same meaning in both engines: no look-around
 * and no back-references; `\d`, `\w` and `\s` know all of Unicode; `^`, `\A`, `$` and `\z` stand at
 * line ends; braces that are no counter, and any escaped punctuation, mean themselves. One difference
 * remains: beside letters outside ASCII, `\b`, `\B` and a `\W` or `\S` in brackets are precise in
 * `rg` only.
 *
 * @throws {ToolError} `invalid regex: …`
 */
export function compilePattern(pattern: string, options: PatternOptions): SearchPattern {
  const { re2, ripgrep } = new Translation(pattern, options.multiline);
  try {
    const flags = RE2JS.MULTILINE | (options.multiline ? RE2JS.DOTALL : 0) |
      (options.ignoreCase ? RE2JS.CASE_INSENSITIVE : 0);
    return { regex: RE2JS.compile(re2, flags), ripgrep };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) throw error;
    throw invalidRegex(syntaxProblem(error));
  }
}

/** The error for a pattern that no engine takes. */
export function invalidRegex(detail: string): ToolError {
  return new ToolError("Invalid argument", `invalid regex: ${detail}`);
}

/** The characters of a class that `re2js` knows for ASCII only, as part of a bracket. */
const UNICODE_CLASSES: Readonly<Record<string, string>> = {
  d: "\\p{Nd}",
  s: "\\t-\\r\\x{85}\\p{Z}",
  w: "\\p{L}\\p{M}\\p{Nd}\\p{Nl}\\p{Pc}\\x{200C}\\x{200D}",
};

const CONTROLS: Readonly<Record<string, number>> = { a: 7, t: 9, n: 10, v: 11, f: 12, r: 13 };
const HEX =
  /^[xuU](?:\{([0-9A-Fa-f]{1,6})\}|(?<=x)([0-9A-Fa-f]{2})|(?<=u)([0-9A-Fa-f]{4})|(?<=U)([0-9A-Fa-f]{8}))/;
const PROPERTY = /^[pP](?:[A-Z]|\{[^{}]*\})/;
const COUNTER = /^\{\d+(?:,\d*)?\}/;
const GROUP = /^\(\?(?:P?<(?<name>\w+)>|(?<on>[imsU]*)(?:-(?<off>[imsU]+))?(?<end>[:)]))/;
const POSIX_CLASS = /^\[:\^?[a-z]+:\]/;
const LF = 10;

/** Goes through a pattern once and writes it down for both engines. */
class Translation {
  re2 = "";
  ripgrep = "";
  readonly #pattern: string;
  readonly #multiline: boolean;
  #at = 0;

  constructor(pattern: string, multiline: boolean) {
    this.#pattern = pattern;
    this.#multiline = multiline;
    while (this.#at < pattern.length) this.#translatePart();
  }

  #translatePart(): void {
    const counter = this.#take(COUNTER);
    if (counter !== null) return this.#write(counter[0]);
    const next = this.#next();
    if (next === "\\") return this.#translateEscape();
    if (next === "[") return this.#translateBracket();
    if (next === "(") return this.#translateGroup();
    if ("{}".includes(next)) return this.#write(`\\${next}`);
    if (".^$*+?|)".includes(next)) return this.#write(next);
    this.#write(this.#literal(next.codePointAt(0) ?? 0));
  }

  #translateEscape(): void {
    const property = this.#take(PROPERTY);
    if (property !== null) return this.#write(`\\${property[0]}`);
    const character = this.#escapedCharacter();
    if (character !== null) return this.#write(this.#literal(character));
    const letter = this.#next();
    if (letter === "b" || letter === "B") return this.#write(`\\${letter}`);
    if (letter === "A") return this.#write("^");
    if (letter === "z") return this.#write("$");
    const items = UNICODE_CLASSES[letter.toLowerCase()];
    if (items === undefined) throw unknownEscape(letter);
    const isNegated = letter !== letter.toLowerCase();
    this.#write(`[${isNegated ? "^" : ""}${items}]`, `\\${letter}`);
  }

  #translateGroup(): void {
    this.#at -= 1;
    const group = this.#take(GROUP)?.groups;
    if (group === undefined) {
      this.#at += 1;
      if (this.#pattern[this.#at] !== "?") return this.#write("(");
      const isLookAround = /^\?<?[=!]/.test(this.#pattern.slice(this.#at, this.#at + 3));
      throw invalidRegex(`${isLookAround ? "look-around" : "this kind of group"} is not supported`);
    }
    if (group.name !== undefined) return this.#write("(");
    const on = this.#flags(group.on);
    const off = this.#flags(group.off);
    if (group.end === ":") this.#write(`(?${on}${off && `-${off}`}:`);
    else if (on !== "" || off !== "") this.#write(`(?${on}${off && `-${off}`})`);
  }

  /** Without `multiline` a line is all there is to see: `^` and `$` cannot mean anything else. */
  #flags(flags = ""): string {
    return this.#multiline ? flags : flags.replaceAll("m", "");
  }

  #translateBracket(): void {
    const negation = this.#pattern[this.#at] === "^" ? "^" : "";
    this.#at += negation.length;
    this.#write(`[${negation}`);
    const start = this.#at;
    let isEmpty = true;
    while (this.#at === start || this.#pattern[this.#at] !== "]") {
      if (this.#at >= this.#pattern.length) throw invalidRegex("missing closing ]");
      isEmpty = !this.#translateItem(negation === "") && isEmpty;
    }
    this.#at += 1;
    if (isEmpty) throw lineEndRefused();
    this.#write("]");
  }

  /** One character, range or class in brackets. @returns whether anything was written. */
  #translateItem(isPositive: boolean): boolean {
    const posix = this.#take(POSIX_CLASS);
    if (posix !== null) return this.#writeItem(posix[0]);
    const first = this.#bracketCharacter();
    if (typeof first !== "number") return this.#writeItem(...first);
    const isRange = this.#pattern[this.#at] === "-" &&
      !["]", undefined].includes(this.#pattern[this.#at + 1]);
    if (!isRange) {
      // Without `multiline` a line never holds its own end, and `rg` refuses to look for one.
      if (first === LF && isPositive && !this.#multiline) return false;
      return this.#writeItem(codePoint(first));
    }
    this.#at += 1;
    const last = this.#bracketCharacter();
    if (typeof last !== "number") throw invalidRegex("a class cannot end a range");
    return this.#writeItem(`${codePoint(first)}-${codePoint(last)}`);
  }

  /** The code point of the next character in brackets, or a class as both engines write it. */
  #bracketCharacter(): number | [re2: string, ripgrep: string] {
    const next = this.#next();
    if (next !== "\\") return next.codePointAt(0) ?? 0;
    const property = this.#take(PROPERTY);
    if (property !== null) return [`\\${property[0]}`, `\\${property[0]}`];
    const character = this.#escapedCharacter();
    if (character !== null) return character;
    const letter = this.#next();
    if (!"dDsSwW".includes(letter)) throw unknownEscape(letter);
    return [UNICODE_CLASSES[letter] ?? `\\${letter}`, `\\${letter}`];
  }

  /** What follows a backslash, if it stands for one character. */
  #escapedCharacter(): number | null {
    const hex = this.#take(HEX);
    if (hex !== null) return parseHex(hex);
    const next = this.#pattern[this.#at];
    if (next === undefined) throw invalidRegex("trailing backslash at end of expression");
    if (/[0-9]/.test(next)) throw invalidRegex("back-references are not supported");
    const control = CONTROLS[next];
    if (control === undefined && /[A-Za-z]/.test(next)) return null;
    const character = this.#next().codePointAt(0) ?? 0;
    return control ?? character;
  }

  #literal(character: number): string {
    if (character === LF && !this.#multiline) throw lineEndRefused();
    return codePoint(character);
  }

  #writeItem(re2: string, ripgrep = re2): true {
    this.#write(re2, ripgrep);
    return true;
  }

  #write(re2: string, ripgrep = re2): void {
    this.re2 += re2;
    this.ripgrep += ripgrep;
  }

  /** Steps over `syntax` if it comes next. */
  #take(syntax: RegExp): RegExpExecArray | null {
    const found = syntax.exec(this.#pattern.slice(this.#at));
    if (found !== null) this.#at += found[0].length;
    return found;
  }

  #next(): string {
    const next = String.fromCodePoint(this.#pattern.codePointAt(this.#at) ?? 0);
    this.#at += next.length;
    return next;
  }
}

/** Letters and digits as they are; everything that could have a meaning by its number. */
function codePoint(character: number): string {
  const text = String.fromCodePoint(character);
  if (/[\p{L}\p{N} ]/u.test(text)) return text;
  return `\\x{${character.toString(16).toUpperCase()}}`;
}

function parseHex(escape: RegExpExecArray): number {
  const character = parseInt(escape.slice(1).find((digits) => digits !== undefined) ?? "", 16);
  if (character > 0x10FFFF) throw invalidRegex(`invalid escape sequence: \\${escape[0]}`);
  return character;
}

function unknownEscape(letter: string): ToolError {
  return invalidRegex(`invalid escape sequence: \\${letter}`);
}

function lineEndRefused(): ToolError {
  return invalidRegex("a line end can only be searched for with multiline");
}
