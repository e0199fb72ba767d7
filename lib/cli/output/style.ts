import { printable } from "../../base/mod.ts";

/** Ways to set off a piece of text; each returns it unchanged where colours are off. */
export interface Style {
  dim(text: string): string;
  red(text: string): string;
  yellow(text: string): string;
  green(text: string): string;
}

function sgr(code: number, on: boolean): (text: string) => string {
  return on ? (text) => `\x1b[${code}m${text}\x1b[0m` : (text) => text;
}

/** The styles of a stream; `colours` is false for anything but a terminal, and where NO_COLOR is set. */
export function createStyle(colours: boolean): Style {
  return {
    dim: sgr(2, colours),
    red: sgr(31, colours),
    yellow: sgr(33, colours),
    green: sgr(32, colours),
  };
}

/** The first line of a text, cut to `maxLength` characters. */
export function oneLine(text: string, maxLength: number): string {
  const line = printable(text.trim().split("\n", 1)[0] ?? "");
  const characters = [...line];
  return characters.length <= maxLength ? line : `${characters.slice(0, maxLength - 1).join("")}…`;
}
