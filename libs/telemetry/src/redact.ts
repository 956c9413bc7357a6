const secretKey = /password|passwd|secret|token|authorization|credential|private_?key/i;
const urlPassword = /(\w:\/\/[^\s:/?#]*:)[^\s/]*@/g;
const hidden = '***';
/** Hiding shorter secrets would blank syllables in every text and still reveal them. */
const minSecretLength = 4;

/** Hides secrets in the fields of a log line. */
type Redact = (fields: object) => object;

/**
 * Hides passwords in URLs, the values of fields with secret names, and known secrets wherever they occur. Errors become
 * plain objects with their stack, code and cause; big integers become text.
 * @param secrets known secrets; longer ones are hidden first, so that one which contains another is hidden whole.
 */
export function redactor(secrets: readonly string[]): Redact {
  const known = secrets.filter(({ length }) => length >= minSecretLength).sort((a, b) => b.length - a.length);
  const redactText = (text: string) =>
    known.reduce((shown, secret) => shown.replaceAll(secret, hidden), text).replace(urlPassword, `$1${hidden}@`);

  const redact = (value: unknown, seen: readonly object[]): unknown => {
    if (typeof value === 'string') return redactText(value);
    if (typeof value === 'bigint') return value.toString();
    if (typeof value !== 'object' || value === null || value instanceof Date) return value;
    if (seen.includes(value)) return '(circular)';
    const inner = [...seen, value];
    if (Array.isArray(value) || value instanceof Set || value instanceof Map) {
      return [...value].map((item) => redact(item, inner));
    }
    if (ArrayBuffer.isView(value)) return `(${value.byteLength} bytes)`;
    return redactFields(value instanceof Error ? plainError(value) : value, inner);
  };
  const redactFields = (fields: object, seen: readonly object[]) =>
    Object.fromEntries(
      Object.entries(fields).map(([key, item]) => [key, secretKey.test(key) ? hidden : redact(item, seen)]),
    );
  return (fields) => redactFields(fields, [fields]);
}

/** The fields of an error, including those that are not enumerable. */
function plainError(error: Error): object {
  const { name, message, stack, cause } = error;
  const standard = { name, message, stack, ...(cause === undefined ? {} : { cause }) };
  const errors = error instanceof AggregateError ? { errors: error.errors as unknown[] } : {};
  return Object.assign({}, error, { ...standard, ...errors });
}
