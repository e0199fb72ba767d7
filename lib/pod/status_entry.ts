import type { Entry } from "../protocol/mod.ts";
import { STATUS_DOMAIN, type StoredStatus } from "../session/mod.ts";

/** The entry that keeps what the pod is doing, where no other entry says it. */
export function statusEntry(status: StoredStatus["status"]): Entry {
  return { kind: "extension", ts: Date.now(), domain: STATUS_DOMAIN, payload: { status } };
}
