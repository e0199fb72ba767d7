/** Whether the operating system refused something: Deno then gives the error the name of its number. */
export function isSystemError(error: unknown): boolean {
  return error instanceof Error && "code" in error && /^E[A-Z0-9]+$/.test(String(error.code));
}
