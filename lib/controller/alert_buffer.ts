import type { Event } from "../protocol/mod.ts";

const MAX_ALERTS = 512;

/** The alerts so far, for clients that come later (spec 10 §10). */
export class AlertBuffer {
  #alerts: Event[] = [];

  /** The newest alerts, oldest first. */
  get alerts(): readonly Event[] {
    return this.#alerts;
  }

  /** Takes any event; keeps it when it is an alert. */
  add(event: Event): void {
    if (event.event !== "alert") return;
    this.#alerts.push(event);
    if (this.#alerts.length > MAX_ALERTS) this.#alerts.shift();
  }
}
