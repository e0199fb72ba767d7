/** A text with its replacements made. */
export interface Replacement {
  readonly text: string;
  /** Where each one began in the text before, in order. */
  readonly positions: readonly number[];
}

/**
 * Replaces every occurrence of `wanted`. It is matched exactly; only when that finds nothing, a line
 * end in `wanted` also stands for CR LF, which Read does not show. What is put in gets the line ends
 * of what it replaces, else of the file. Whoever writes a CR means the bytes as they are (spec 50
 * §12.2, 17).
 */
export function replaceAll(text: string, wanted: string, replacement: string): Replacement {
  const matches = findMatches(text, wanted);
  const isVerbatim = wanted.includes("\r") || replacement.includes("\r");
  const lineEnd = lineEndOf(text);
  const pieces: string[] = [];
  let end = 0;
  for (const match of matches) {
    const ends = match.text.includes("\n") ? lineEndOf(match.text) : lineEnd;
    pieces.push(text.slice(end, match.position));
    pieces.push(isVerbatim ? replacement : replacement.replaceAll("\n", ends));
    end = match.position + match.text.length;
  }
  pieces.push(text.slice(end));
  return { text: pieces.join(""), positions: matches.map(({ position }) => position) };
}

interface Match {
  readonly position: number;
  readonly text: string;
}

function findMatches(text: string, wanted: string): Match[] {
  const exact = positionsOf(wanted, text);
  if (exact.length > 0 || wanted.includes("\r")) {
    return exact.map((position) => ({ position, text: wanted }));
  }
  return findFolded(text, wanted);
}

/** Where `wanted` begins, without overlaps. */
function positionsOf(wanted: string, text: string): number[] {
  const positions: number[] = [];
  for (let at = text.indexOf(wanted); at >= 0; at = text.indexOf(wanted, at + wanted.length)) {
    positions.push(at);
  }
  return positions;
}

/** Searches the text with its CR LF folded to LF, and tells the places in the text as it is. */
function findFolded(text: string, wanted: string): Match[] {
  const lines = text.split("\r\n");
  let length = -1;
  const folds = lines.map((line) => length += line.length + 1);
  let passed = 0;
  // Asked for rising positions only.
  const unfold = (position: number) => {
    while ((folds[passed] ?? Infinity) < position) passed++;
    return position + passed;
  };
  return positionsOf(wanted, lines.join("\n")).map((found) => {
    const position = unfold(found);
    return { position, text: text.slice(position, unfold(found + wanted.length)) };
  });
}

/** CR LF when all lines end so, else LF. */
function lineEndOf(text: string): "\n" | "\r\n" {
  return text.includes("\r\n") && !/(?<!\r)\n/.test(text) ? "\r\n" : "\n";
}
