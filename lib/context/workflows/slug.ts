const SLUG = /^(?!.*--)[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$/;

/** Whether a text can name a workflow, a skill or a knowledge record (spec 40 §9.1). */
export function isSlug(text: string): boolean {
  return SLUG.test(text);
}

/** Says of a text that it is none. */
export function invalidSlug(text: string): string {
  return `invalid slug \`${text}\`: must match ^[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?$, without \`--\``;
}
