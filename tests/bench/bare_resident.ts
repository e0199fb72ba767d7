/**
 * The least that stays and answers: listens at a socket and says so; for each line from a client, posts a
 * request to a model, and writes a line to the client for each event with text that comes back. Ends at
 * SIGTERM. Arguments: path of the socket, address of the model.
 */
const [path = "", model = ""] = Deno.args;
const encoder = new TextEncoder();

const listener = Deno.listen({ transport: "unix", path });
Deno.addSignalListener("SIGTERM", () => {
  listener.close();
  Deno.exit(0);
});
Deno.stderr.writeSync(encoder.encode(`POD-READY\tbare\t${path}\n`));
for await (const connection of listener) void serve(connection);

async function serve(connection: Deno.Conn): Promise<void> {
  const lines = connection.readable.pipeThrough(new TextDecoderStream());
  for await (const line of lines) {
    const response = await fetch(model, { method: "POST", body: line });
    for await (const text of response.body?.pipeThrough(new TextDecoderStream()) ?? []) {
      for (const event of text.split("\n\n")) {
        const data = event.slice(event.indexOf("data: ") + "data: ".length);
        if (!event.includes("content_block_delta")) continue;
        const answer = { event: "text_delta", data: { text: JSON.parse(data).delta.text } };
        await connection.write(encoder.encode(`${JSON.stringify(answer)}\n`));
      }
    }
    await connection.write(encoder.encode('{"event":"status","data":{"status":"idle"}}\n'));
  }
}
