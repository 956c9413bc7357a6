/**
 * The JSON form of T, as the functions return it: large integers are texts, since a JSON number holds only those up to
 * 2^53 exactly, and null stands for undefined.
 */
export type Json<T, Texts extends keyof T, Nulls extends keyof T = never> = Omit<T, Texts | Nulls> & {
  readonly [Key in Texts]: undefined extends T[Key] ? string | null : string;
} & { readonly [Key in Nulls]: Exclude<T[Key], undefined> | null };

export function optionalInteger(text: string | null): bigint | undefined {
  return text === null ? undefined : BigInt(text);
}
