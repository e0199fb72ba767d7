/**
 * Lines that many transcripts have in common, for a pod named `test` and an `EventModel`.
 *
 * @module
 */

/** A later run begins. */
export function accepted(content: string): string {
  return `
    S< {"event":"status","data":{"status":"running"}}
    L: {"kind":"invoke","ts":0,"trigger":"user_send"}
    L: {"kind":"user_input","ts":0,"segments":[{"kind":"text","content":"${content}"}]}
    S< {"event":"invoke_start","data":{"kind":"user_send"}}
    S< {"event":"user_message","data":{"segments":[{"kind":"text","content":"${content}"}]}}`;
}

/** A run with the input `go`, whose answer has begun: the model has said `half`. */
export const halfAnswered = `
    C> {"method":"run","params":{"input":[{"kind":"text","content":"go"}]}}
    ${accepted("go")}
    S< {"event":"turn_start","data":{"turn":1}}
    S< {"event":"llm_call_start","data":{"llm_call":1}}
    S< {"event":"text_delta","data":{"text":"half"}}`;

/** A notification is put before the model. */
export function notified(message: string): string {
  const item = JSON.stringify({
    kind: "notification",
    message,
    body:
      `[Notification]\n${message}\n\nThis is for your information and not a blocking request: finish what you are doing, and deal with it at a point where it fits.`,
  });
  return `
    L: {"kind":"system_item","ts":0,"item":${item}}
    S< {"event":"system_item","data":{"item":${item}}}`;
}

/** The model says something, and it is kept. */
export function said(words: string): string {
  return `
    S< {"event":"text_delta","data":{"text":"${words}"}}
    S< {"event":"text_done","data":{"text":"${words}"}}
    L: {"kind":"assistant_item","ts":0,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"${words}"}]}}`;
}

/** A turn ends. @param numbers `items` is how many there were in the request. */
export function callEnded(numbers: { call: number; turn: number; items: number }): string {
  return `
    L: {"kind":"llm_usage","ts":0,"history_len":${numbers.items},"input_total_tokens":10,"cache_read_tokens":0,"cache_write_tokens":0,"output_tokens":5}
    S< {"event":"usage","data":{"input_tokens":10,"output_tokens":5}}
    S< {"event":"llm_call_end","data":{"llm_call":${numbers.call}}}
    S< {"event":"turn_end","data":{"turn":${numbers.turn},"result":"finished","stop_reason":"end_turn"}}`;
}

/** A run ends well. */
export function finished({ turns }: { turns: number }): string {
  return `
    L: {"kind":"turn_end","ts":0,"turn_count":${turns}}
    L: {"kind":"run_completed","ts":0,"interrupted":false,"result":"finished"}
    S< {"event":"run_end","data":{"result":"finished"}}
    S< {"event":"status","data":{"status":"idle"}}`;
}

/** A run ends because it is to be paused. */
export function paused({ turns }: { turns: number }): string {
  return `
    L: {"kind":"turn_end","ts":0,"turn_count":${turns}}
    L: {"kind":"run_errored","ts":0,"interrupted":true,"message":"Cancelled"}
    L: {"kind":"extension","ts":0,"domain":"pod.status","payload":{"status":"paused"}}
    S< {"event":"run_end","data":{"result":"paused"}}
    S< {"event":"status","data":{"status":"paused"}}
    U> {"kind":"errored","pod_name":"test","message":"the turn was paused; it goes on when the pod is resumed"}`;
}

/** A run that had shown something ends because it is to be stopped. */
export function cancelled(numbers: { call: number; turns: number }): string {
  return `
    S< {"event":"llm_call_end","data":{"llm_call":${numbers.call}}}
    L: {"kind":"turn_end","ts":0,"turn_count":${numbers.turns}}
    L: {"kind":"run_errored","ts":0,"interrupted":true,"message":"Cancelled"}
    S< {"event":"error","data":{"code":"internal","message":"Cancelled"}}
    S< {"event":"status","data":{"status":"idle"}}
    U> {"kind":"errored","pod_name":"test","message":"Cancelled"}`;
}
