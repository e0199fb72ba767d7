import { PodError } from "../../base/mod.ts";

/**
 * A profile that gives no pod (spec 70 §3.6). Codes: `profile_registry` (a `profiles.toml` cannot be
 * used), `profile_not_found` (a selector names none, or several), `profile_invalid` (its file is none).
 */
export class ProfileError extends PodError {
  override readonly name = "ProfileError";
}
