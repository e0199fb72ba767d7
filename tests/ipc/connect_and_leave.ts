/** A program that connects to the socket named and is gone at once. */
const path = Deno.args[0] ?? "";
(await Deno.connect({ transport: "unix", path })).close();
