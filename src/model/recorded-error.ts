// PURE: an error that was written down, as JSON, and is read again: by an older mailkeep, perhaps, in another shape.

/** What of it can be relied on. */
export interface RecordedError {
  /** Empty where it is not known. */
  readonly kind: string;
  readonly message: string;
  readonly hint: string | null;
  /** The login had been taken. */
  readonly signedIn: boolean;
}

/** Reads it; null where there was none. */
export function recordedError(value: unknown): RecordedError | null {
  if (typeof value !== 'object' || value === null) return null;
  const text = (key: string): string | null => {
    const found: unknown = Reflect.get(value, key);
    return typeof found === 'string' ? found : null;
  };
  const signedIn = Reflect.get(value, 'signedIn') === true;
  return { kind: text('kind') ?? '', message: text('message') ?? 'unknown', hint: text('hint'), signedIn };
}
