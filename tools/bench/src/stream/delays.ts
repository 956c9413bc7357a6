/** How late rows were, and which never came. */
export interface Delays {
  readonly ms: readonly number[];
  readonly missing: number;
}

/**
 * Compares when probes were sent with when their rows were committed.
 * @param between probes sent in [from, to) count; both in milliseconds since 1970.
 */
export function delaysOf(
  sentMs: ReadonlyMap<string, number>,
  committedMs: ReadonlyMap<string, number>,
  [from, to]: readonly [number, number],
): Delays {
  const counted = [...sentMs].filter(([, sent]) => sent >= from && sent < to);
  const ms = counted.flatMap(([id, sent]) => {
    const committed = committedMs.get(id);
    return committed === undefined ? [] : [committed - sent];
  });
  return { ms, missing: counted.length - ms.length };
}
