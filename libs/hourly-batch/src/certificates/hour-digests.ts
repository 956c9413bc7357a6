import type { TotalType } from '@antenna/aggregation';
import type { ScannedRow } from '../file-facts.ts';
import { canonicalJson, sha256Of } from './certificate.ts';

/** Rows of one type in bytes_hourly: their number, and the digest that a certificate names. */
export interface CertifiedTotals {
  readonly rows: number;
  readonly sha256: string;
}

/** Adds events up to the rows of bytes_hourly, in order to compare their digests with a certificate. */
export class HourDigests {
  readonly #sums: Readonly<Record<TotalType, Map<string, bigint>>> = {
    antenna_total_bytes: new Map(),
    app_total_bytes: new Map(),
    user_total_bytes: new Map(),
  };

  add({ antennaId, app, id, bytes }: ScannedRow): void {
    const added = BigInt(bytes);
    addTo(this.#sums.antenna_total_bytes, antennaId, added);
    addTo(this.#sums.app_total_bytes, app, added);
    addTo(this.#sums.user_total_bytes, id, added);
  }

  digests(): Readonly<Record<TotalType, CertifiedTotals>> {
    return {
      antenna_total_bytes: digestOf(this.#sums.antenna_total_bytes),
      app_total_bytes: digestOf(this.#sums.app_total_bytes),
      user_total_bytes: digestOf(this.#sums.user_total_bytes),
    };
  }
}

function addTo(sums: Map<string, bigint>, id: string, bytes: bigint): void {
  sums.set(id, (sums.get(id) ?? 0n) + bytes);
}

/** SHA-256 of [[id, …], ["bytes", …]] in canonical form, in the order of the ids' UTF-8. */
function digestOf(sums: ReadonlyMap<string, bigint>): CertifiedTotals {
  const sorted = [...sums].sort(([left], [right]) => compareUtf8(left, right));
  const columns = [sorted.map(([id]) => id), sorted.map(([, sum]) => String(sum))];
  return { rows: sums.size, sha256: sha256Of(canonicalJson(columns)) };
}

/** The order of UTF-8 is that of code points, in which surrogates stand for the greatest ones. */
function compareUtf8(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let index = 0; index < length; index += 1) {
    const [leftUnit, rightUnit] = [left.charCodeAt(index), right.charCodeAt(index)];
    if (leftUnit !== rightUnit) return codePointRank(leftUnit) - codePointRank(rightUnit);
  }
  return left.length - right.length;
}

function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000;
}
