export interface PopulationOptions {
  /** Users 1, 2, … of whom the provisioner knows the first 20. */
  readonly users: number;
  /** Further users that no metadata knows. */
  readonly unknownUsers: number;
  readonly antennas: number;
  readonly apps: readonly [string, ...string[]];
}

/** Who uses data, and where. */
export interface Population {
  readonly users: readonly [string, ...string[]];
  readonly antennas: readonly [string, ...string[]];
}

/** @throws {RangeError} when there is no user or no antenna. */
export function populationOf({ users, unknownUsers, antennas }: PopulationOptions): Population {
  const known = numbered(users, (index) => `00000000-0000-0000-0000-${twelveDigits(index + 1)}`);
  const unknown = numbered(unknownUsers, (index) => `ffffffff-0000-0000-0000-${twelveDigits(index + 1)}`);
  return {
    users: atLeastOne('user', [...known, ...unknown]),
    antennas: atLeastOne('antenna', numbered(antennas, antennaId)),
  };
}

/** `00000000-0000-…`, `11111111-1111-…` up to `99999999-9999-…` as the antennas in the field are called, then numbers. */
function antennaId(index: number): string {
  if (index > 9) return `aaaaaaaa-0000-0000-0000-${twelveDigits(index)}`;
  return [8, 4, 4, 4, 12].map((length) => String(index).repeat(length)).join('-');
}

function numbered(count: number, idOf: (index: number) => string): string[] {
  return Array.from({ length: count }, (_, index) => idOf(index));
}

function twelveDigits(number: number): string {
  return String(number).padStart(12, '0');
}

function atLeastOne(what: string, [first, ...others]: readonly string[]): [string, ...string[]] {
  if (first === undefined) throw new RangeError(`a simulation needs at least one ${what}`);
  return [first, ...others];
}
