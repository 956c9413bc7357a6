import { DateTime } from 'luxon';
import type { KnownUser } from './demo-results.ts';

const LONGEST = 14;

/** The user's name; for a user whom nobody knows, the id. */
export function userLabels(users: readonly KnownUser[]): (id: string) => string {
  const names = new Map(users.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? `unknown …${id.slice(-4)}`;
}

/** `11111111-1111-1111-1111-111111111111` -> `11111111…1111` */
export function shortId(id: string): string {
  return id.length > LONGEST ? `${id.slice(0, 8)}…${id.slice(-4)}` : id;
}

/** Digits in groups of three. */
export function grouped(value: number | bigint): string {
  return value.toLocaleString('en-US');
}

/** `13:05`, UTC. */
export function clockText(timeMs: number): string {
  return utc(timeMs).toFormat('HH:mm');
}

/** `2022-10-29 13:05`, UTC. */
export function dateText(timeMs: number): string {
  return utc(timeMs).toFormat('yyyy-MM-dd HH:mm');
}

function utc(timeMs: number): DateTime {
  return DateTime.fromMillis(timeMs, { zone: 'utc' });
}
