const ESC = String.fromCharCode(0x1b);
const BEL = String.fromCharCode(0x07);

/** A terminal command: CSI with its parameters, a string such as a title, or one character. */
const escapeSequence = new RegExp(
  `${ESC}(?:\\[[0-?]*[ -/]*[@-~]|[\\]PX^_][^${BEL}${ESC}]*(?:${BEL}|${ESC}\\\\)|[^\\[\\]PX^_])?`,
  "g",
);
/** Everything that is neither text nor a tab or line end. */
const controlCharacter = /(?![\t\n])\p{Cc}/gu;

/** The text without terminal commands such as colours; other control characters stay. */
export function stripEscapes(text: string): string {
  return text.includes(ESC) ? text.replace(escapeSequence, "") : text;
}

/** A text that cannot move the cursor or change the terminal; tabs and line ends stay. */
export function printable(text: string): string {
  return stripEscapes(text).replace(controlCharacter, "");
}
