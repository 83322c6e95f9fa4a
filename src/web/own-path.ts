// PURE: where a form of the page may lead back to.

/** A place of this page, never of another host: `//host` and `/\host` are such. What is none becomes `/`. */
export function ownPath(text: unknown): string {
  return typeof text === 'string' && text.length < 8192 && /^\/(?![/\\])[!-[\]-~]*$/.test(text) ? text : '/';
}
