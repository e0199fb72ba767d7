/** The least program: prints a line. */
Deno.stdout.writeSync(new TextEncoder().encode("hello\n"));
