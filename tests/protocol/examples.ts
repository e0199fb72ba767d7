/**
 * The example lines of spec 10 and spec 30, as they stand there.
 *
 * @module
 */

/** Spec 10 §2.2 and §2.4. */
export const METHOD_LINES = [
  String.raw`{"method":"run","params":{"input":[{"kind":"text","content":"Hello"}]}}`,
  String.raw`{"method":"notify","params":{"message":"build finished"}}`,
  String.raw`{"method":"pod_event","params":{"kind":"turn_ended","pod_name":"child"}}`,
  String.raw`{"method":"resume"}`,
  String.raw`{"method":"cancel"}`,
  String.raw`{"method":"pause"}`,
  String.raw`{"method":"compact"}`,
  String.raw`{"method":"list_rewind_targets"}`,
  String
    .raw`{"method":"rewind_to","params":{"target":{"segment_id":"0192f0e8-4d84-7d6e-a000-000000000001","user_input_entry_index":3},"expected_head_entries":12}}`,
  String.raw`{"method":"shutdown"}`,
  String.raw`{"method":"list_completions","params":{"kind":"file","prefix":"src/"}}`,
  String.raw`{"method":"list_visible_pods"}`,
  String.raw`{"method":"inspect_pod","params":{"name":"child"}}`,
  String.raw`{"method":"attach_or_restore_pod","params":{"name":"child"}}`,
  String
    .raw`{"method":"pod_event","params":{"kind":"errored","pod_name":"child","message":"Client error: API error (status: 429): slow down"}}`,
  String.raw`{"method":"pod_event","params":{"kind":"shut_down","pod_name":"child"}}`,
  String
    .raw`{"method":"pod_event","params":{"kind":"scope_sub_delegated","parent_pod":"child","sub_pod":"grandchild","sub_socket":"/run/user/1000/pod/grandchild/sock","scope":[{"target":"/home/u/proj/lib","permission":"write","recursive":true}]}}`,
];

/** Spec 10 §2.3. */
export const SEGMENT_LINES = [
  String.raw`{"kind":"text","content":"see "}`,
  String.raw`{"kind":"paste","id":7,"chars":11,"lines":2,"content":"line1\nline2"}`,
  String.raw`{"kind":"file_ref","path":"notes.md"}`,
  String.raw`{"kind":"knowledge_ref","slug":"release-process"}`,
  String.raw`{"kind":"workflow_invoke","slug":"review"}`,
];

/** Spec 10 §3.1. */
export const EVENT_LINES = [
  String
    .raw`{"event":"snapshot","data":{"entries":[],"greeting":{"pod_name":"main","cwd":"/home/u/proj","provider":"anthropic","model":"claude-x","scope_summary":"Readable:\n  - /home/u/proj\nWritable:\n  - /home/u/proj","tools":["Bash","Read"],"context_window":200000,"context_tokens":0},"status":"idle"}}`,
  String
    .raw`{"event":"alert","data":{"level":"warn","source":"pod","message":"file ref @x.rs could not be resolved: …","timestamp_ms":1700000000000}}`,
  String.raw`{"event":"status","data":{"status":"running"}}`,
  String.raw`{"event":"invoke_start","data":{"kind":"user_send"}}`,
  String.raw`{"event":"user_message","data":{"segments":[{"kind":"text","content":"Hello"}]}}`,
  String
    .raw`{"event":"system_item","data":{"item":{"kind":"notification","message":"build finished","body":"[Notification]\nbuild finished\n\n…"}}}`,
  String
    .raw`{"event":"segment_rotated","data":{"entry":{"kind":"segment_start","ts":1700000000000,"session_id":"0192f0e8-4d84-7d6e-a000-0000000000aa","system_prompt":"…","config":{"max_tokens":4096,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":null},"history":[]}}}`,
  String.raw`{"event":"turn_start","data":{"turn":0}}`,
  String.raw`{"event":"turn_end","data":{"turn":0,"result":"finished"}}`,
  String.raw`{"event":"turn_end","data":{"turn":0,"result":"finished","stop_reason":"end_turn"}}`,
  String
    .raw`{"event":"turn_end","data":{"turn":0,"result":"finished","stop_reason":"end_turn","model":"gpt-5.5"}}`,
  String.raw`{"event":"llm_call_start","data":{"llm_call":0}}`,
  String.raw`{"event":"llm_call_end","data":{"llm_call":0}}`,
  String
    .raw`{"event":"llm_retry","data":{"llm_call":3,"failed_attempt":1,"max_attempts":4,"wait_ms":800,"elapsed_ms":120,"status":504,"error":"API error (status: 504): gateway timeout"}}`,
  String
    .raw`{"event":"llm_continuation","data":{"llm_call":4,"attempt":1,"max_attempts":3,"reason":"SSE parse error: closed"}}`,
  String.raw`{"event":"text_delta","data":{"text":"Hel"}}`,
  String.raw`{"event":"text_done","data":{"text":"Hello"}}`,
  String.raw`{"event":"thinking_start"}`,
  String.raw`{"event":"thinking_delta","data":{"text":"step 1"}}`,
  String.raw`{"event":"thinking_done","data":{"text":"step 1"}}`,
  String.raw`{"event":"tool_call_start","data":{"id":"call_1","name":"Read"}}`,
  String.raw`{"event":"tool_call_args_delta","data":{"id":"call_1","json":"{\"file_path\":"}}`,
  String
    .raw`{"event":"tool_call_done","data":{"id":"call_1","name":"Read","arguments":"{\"file_path\":\"/home/u/proj/a\"}"}}`,
  String
    .raw`{"event":"tool_result","data":{"id":"call_1","summary":"Read 128 bytes","output":"…","is_error":false}}`,
  String
    .raw`{"event":"usage","data":{"input_tokens":1200,"output_tokens":40,"cache_read_input_tokens":1000}}`,
  String.raw`{"event":"usage","data":{"input_tokens":1200,"output_tokens":40,"cost_usd":0.0042}}`,
  String.raw`{"event":"run_end","data":{"result":"finished"}}`,
  String
    .raw`{"event":"error","data":{"code":"already_running","message":"Pod is already executing a turn"}}`,
  String
    .raw`{"event":"completions","data":{"kind":"file","entries":[{"value":"src","is_dir":true},{"value":"main.ts","is_dir":false}]}}`,
  String
    .raw`{"event":"rewind_targets","data":{"head_entries":9,"targets":[{"id":{"segment_id":"0192f0e8-4d84-7d6e-a000-000000000001","user_input_entry_index":3},"expected_head_entries":9,"truncate_entries":2,"turn_index":1,"timestamp_ms":1700000000000,"preview":"Hello","eligible":true}]}}`,
  String
    .raw`{"event":"rewind_applied","data":{"entries":[],"input":[{"kind":"text","content":"Hello"}],"summary":{"truncated_to_entries":2,"discarded_entries":7,"tool_side_effect_warning":false}}}`,
  String.raw`{"event":"visible_pods","data":{"pods":[]}}`,
  String.raw`{"event":"pod_inspection","data":{"pod":{}}}`,
  String
    .raw`{"event":"pod_attach_restore","data":{"result":{"action":"attached","pod_name":"child","socket_path":"/run/user/1000/pod/child/sock","status":"idle"}}}`,
  String
    .raw`{"event":"memory_worker","data":{"worker":"extract","status":"running","run_id":"0192…","trigger":"token_threshold","reason":"token_threshold_reached tokens_since=9000 threshold=8000","message":"memory extract running: token_threshold_reached tokens_since=9000 threshold=8000","timestamp_ms":1700000000000}}`,
  String.raw`{"event":"compact_start"}`,
  String
    .raw`{"event":"compact_done","data":{"new_segment_id":"0192f0e8-4d84-7d6e-a000-000000000002"}}`,
  String.raw`{"event":"compact_failed","data":{"error":"…"}}`,
  String.raw`{"event":"shutdown"}`,
];

/** Spec 30 §2.4, and one line for every other shape of §2.3. */
export const ENTRY_LINES = [
  String
    .raw`{"kind":"segment_start","ts":1779769800000,"session_id":"019e5d30-f7ad-7fb1-bdec-c592e888e290","system_prompt":"You are …","config":{"max_tokens":4096,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":"high"},"history":[]}`,
  String
    .raw`{"kind":"extension","ts":1779769800001,"domain":"pod.scope","payload":{"allow":[{"permission":"write","recursive":true,"target":"/w"}],"deny":[]}}`,
  String.raw`{"kind":"invoke","ts":1779769800002,"trigger":"user_send"}`,
  String
    .raw`{"kind":"user_input","ts":1779769800002,"segments":[{"kind":"text","content":"see "},{"kind":"file_ref","path":"a.ts"}]}`,
  String
    .raw`{"kind":"system_item","ts":1779769800003,"item":{"kind":"file_attachment","path":"a.ts","body":"[File: a.ts]\n…"}}`,
  String
    .raw`{"kind":"assistant_item","ts":1779769802000,"item":{"kind":"reasoning","text":"…","signature":"SIG"}}`,
  String
    .raw`{"kind":"assistant_item","ts":1779769802001,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"Let me look."}]}}`,
  String
    .raw`{"kind":"assistant_item","ts":1779769802002,"item":{"kind":"tool_call","call_id":"c1","name":"Read","arguments":"{\"path\":\"a.ts\"}"}}`,
  String
    .raw`{"kind":"tool_result","ts":1779769802100,"item":{"kind":"tool_result","call_id":"c1","summary":"12 lines","content":"…"}}`,
  String
    .raw`{"kind":"assistant_item","ts":1779769804000,"item":{"kind":"message","role":"assistant","content":[{"kind":"text","text":"Done."}]}}`,
  String.raw`{"kind":"turn_end","ts":1779769804001,"turn_count":2}`,
  String
    .raw`{"kind":"extension","ts":1779769804001,"domain":"metrics","payload":{"dimensions":{"reason":"no_candidates"},"name":"prune.skip","ts":1779769800003}}`,
  String
    .raw`{"kind":"extension","ts":1779769804001,"domain":"metrics","payload":{"dimensions":{"reason":"no_candidates"},"name":"prune.skip","ts":1779769802101}}`,
  String
    .raw`{"kind":"llm_usage","ts":1779769804002,"history_len":2,"input_total_tokens":900,"cache_read_tokens":0,"cache_write_tokens":850,"output_tokens":40}`,
  String
    .raw`{"kind":"llm_usage","ts":1779769804002,"history_len":6,"input_total_tokens":1300,"cache_read_tokens":850,"cache_write_tokens":380,"output_tokens":12}`,
  String.raw`{"kind":"run_completed","ts":1779769804003,"interrupted":false,"result":"finished"}`,
  String.raw`{"kind":"run_errored","ts":1,"interrupted":true,"message":"Cancelled"}`,
  String
    .raw`{"kind":"config_changed","ts":1,"config":{"max_tokens":null,"temperature":0.7,"top_p":null,"top_k":null,"stop_sequences":["END"],"reasoning":2048}}`,
  String
    .raw`{"kind":"segment_start","ts":1,"session_id":"019e5d30-f7ad-7fb1-bdec-c592e888e290","system_prompt":null,"config":{"max_tokens":null,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":null},"history":[{"kind":"message","role":"system","content":[{"kind":"text","text":"summary"},{"kind":"refusal","refusal":"no"}]}],"compacted_from":{"segment_id":"019e5d30-f7ad-7fb1-bdec-c592e888e291","at_turn_index":41}}`,
  String
    .raw`{"kind":"segment_start","ts":1,"session_id":"019e5d30-f7ad-7fb1-bdec-c592e888e290","system_prompt":null,"config":{"max_tokens":null,"temperature":null,"top_p":null,"top_k":null,"stop_sequences":[],"reasoning":null},"history":[],"forked_from":{"segment_id":"019e5d30-f7ad-7fb1-bdec-c592e888e291","at_turn_index":0}}`,
  String
    .raw`{"kind":"system_item","ts":1,"item":{"kind":"pod_event","event":{"kind":"turn_ended","pod_name":"c"},"body":"[Notification]\npod c finished a turn\n…"}}`,
  String
    .raw`{"kind":"system_item","ts":1,"item":{"kind":"pod_event","event":{"kind":"scope_sub_delegated","parent_pod":"p","sub_pod":"s","sub_socket":"/s","scope":[{"target":"/w","permission":"write","recursive":false}]},"body":"b"}}`,
  String.raw`{"kind":"system_item","ts":1,"item":{"kind":"notification","message":"m","body":"b"}}`,
  String.raw`{"kind":"system_item","ts":1,"item":{"kind":"knowledge","slug":"k","body":"b"}}`,
  String.raw`{"kind":"system_item","ts":1,"item":{"kind":"workflow","slug":"w","body":"b"}}`,
  String
    .raw`{"kind":"system_item","ts":1,"item":{"kind":"task_reminder","source":"task_inactivity","body":"b"}}`,
  String.raw`{"kind":"system_item","ts":1,"item":{"kind":"interrupt","body":"b"}}`,
  String
    .raw`{"kind":"assistant_item","ts":1,"item":{"kind":"reasoning","text":"t","summary":["s"],"encrypted_content":"E","signature":"S"}}`,
  String
    .raw`{"kind":"tool_result","ts":1,"item":{"kind":"tool_result","call_id":"c","summary":"s","is_error":true}}`,
  String
    .raw`{"kind":"user_input","ts":1,"segments":[{"kind":"text","content":"see "},{"kind":"paste","id":7,"chars":11,"lines":2,"content":"line1\nline2"},{"kind":"file_ref","path":"a"},{"kind":"knowledge_ref","slug":"k"},{"kind":"workflow_invoke","slug":"w"},{"kind":"image_ref","url":"x"}]}`,
];
