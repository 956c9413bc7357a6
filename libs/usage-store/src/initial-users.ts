/** A row of public.user_metadata. */
interface User {
  readonly id: string;
  readonly name: string;
  readonly email: string;
  /** Bytes per hour. */
  readonly quota: number;
}

const quotas: readonly (readonly [name: string, quota: number])[] = [
  ['andres', 200_000],
  ['paco', 300_000],
  ['juan', 100_000],
  ['fede', 5_000],
  ['gorka', 200_000],
  ['luis', 200_000],
  ['eric', 300_000],
  ['carlos', 100_000],
  ['david', 300_000],
  ['juanchu', 300_000],
  ['charo', 300_000],
  ['delicidas', 1_000_000],
  ['milagros', 200_000],
  ['antonio', 1_000_000],
  ['sergio', 1_000_000],
  ['maria', 1_000_000],
  ['cristina', 300_000],
  ['lucia', 300_000],
  ['carlota', 200_000],
  ['emilio', 200_000],
];

/** The users of a new installation; their ids count from 1. */
export const initialUsers: readonly User[] = quotas.map(([name, quota], index) => ({
  id: `00000000-0000-0000-0000-${String(index + 1).padStart(12, '0')}`,
  name,
  email: `${name}@gmail.com`,
  quota,
}));
