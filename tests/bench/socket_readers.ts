/**
 * A program that opens so many connections to a socket and reads so many bytes from each; it prints
 * `ready` when all are open and ends when all have been read. Arguments: path, connections, bytes.
 */
const [path = "", connections = "0", bytes = "0"] = Deno.args;

const all = await Promise.all(
  Array.from({ length: Number(connections) }, () => Deno.connect({ transport: "unix", path })),
);
Deno.stdout.writeSync(new TextEncoder().encode("ready\n"));
await Promise.all(all.map(async (connection) => {
  const buffer = new Uint8Array(64 * 1024);
  for (let left = Number(bytes); left > 0;) left -= await connection.read(buffer) ?? left;
  connection.close();
}));
