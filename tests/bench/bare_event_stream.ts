/** The least that reads an event stream: fetch, split, parse. Returns the number of events. */
export async function readBareEventStream(url: string): Promise<number> {
  const { body } = await fetch(url, { method: "POST", body: '{"model":"m"}' });
  if (body === null) throw new Error("there is no stream");
  const decoder = new TextDecoder();
  let rest = "";
  let events = 0;
  for await (const piece of body) {
    rest += decoder.decode(piece, { stream: true });
    let start = 0;
    for (let end = rest.indexOf("\n"); end >= 0; end = rest.indexOf("\n", start)) {
      if (rest.startsWith("data: {", start)) {
        JSON.parse(rest.slice(start + 6, end));
        events++;
      }
      start = end + 1;
    }
    rest = rest.slice(start);
  }
  return events;
}
