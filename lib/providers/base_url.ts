import { messageOf } from "../base/mod.ts";
import { ModelError } from "./model.ts";

/**
 * The base URL with its API version and without trailing slashes, whether or not the version was
 * written down: `https://api.openai.com` and `https://api.openai.com/v1/` are the same API.
 *
 * @throws {ModelError} `config`, when it is no http(s) URL.
 */
export function versionedBaseUrl(baseUrl: string, version = "v1"): string {
  const base = plainBaseUrl(baseUrl);
  return /\/v\d\w*(\/|$)/.test(parse(base).pathname) ? base : `${base}/${version}`;
}

/**
 * The base URL of an API without versions, without trailing slashes.
 *
 * @throws {ModelError} `config`, when it is no http(s) URL.
 */
export function plainBaseUrl(baseUrl: string): string {
  const isWeb = /^https?:$/.test(parse(baseUrl).protocol);
  if (!isWeb) throw invalid(baseUrl, "it must begin with http:// or https://");
  return baseUrl.replace(/\/+$/, "");
}

function parse(baseUrl: string): URL {
  try {
    return new URL(baseUrl);
  } catch (error) {
    throw invalid(baseUrl, messageOf(error));
  }
}

/** The message leaves out a name and password that may stand before the host. */
function invalid(baseUrl: string, detail: string): ModelError {
  const message = `Config error: base_url \`${baseUrl}\`: ${detail}`;
  return new ModelError("config", message.replaceAll(/[^/\s`']+@/g, "[login]@"));
}
