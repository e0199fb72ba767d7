// Puts a link to a directory outside in the place of a directory inside, and back, for a minute or
// until it is killed. Arguments: the directory, where to keep it meanwhile, the link.
const [directory = "", aside = "", link = ""] = Deno.args;
const endMs = Date.now() + 60_000;
while (Date.now() < endMs) {
  move(directory, aside);
  move(link, directory);
  move(directory, link);
  move(aside, directory);
}

/** Whatever the tools under test have made in the place while it was empty goes. */
function move(from: string, to: string): void {
  while (!succeeds(() => Deno.renameSync(from, to)) && Date.now() < endMs) {
    succeeds(() => Deno.removeSync(to, { recursive: true }));
  }
}

/** The tools under test work in the same places at the same time: any step may fail. */
function succeeds(step: () => void): boolean {
  try {
    step();
    return true;
  } catch (error) {
    if (error instanceof Error) return false;
    throw error;
  }
}
