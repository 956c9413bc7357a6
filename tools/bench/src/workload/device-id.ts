import { createHash } from 'node:crypto';

const known = new Map<string, string>();

/**
 * A UUID in the place of a simulated id, always the same one. Simulated ids count up, and would flatter every archive
 * that compresses its texts.
 */
export function deviceId(simulatedId: string): string {
  let id = known.get(simulatedId);
  if (id === undefined) {
    id = uuidOf(createHash('sha256').update(simulatedId).digest('hex'));
    known.set(simulatedId, id);
  }
  return id;
}

/** In the form of version 4. */
function uuidOf(hex: string): string {
  const part = (from: number, length: number): string => hex.slice(from, from + length);
  return `${part(0, 8)}-${part(8, 4)}-4${part(12, 3)}-a${part(15, 3)}-${part(18, 12)}`;
}
