/** A device's use of data. `decode` guarantees the ranges of its fields. */
export interface UsageEvent {
  /** When the data was used: milliseconds since 1970-01-01T00:00:00Z, an integer from 0 to the end of the year 9999. */
  readonly eventTimeMs: number;
  /** The user's device: 1 to 256 characters of well-formed Unicode without NUL, like `antennaId` and `app`. */
  readonly id: string;
  readonly antennaId: string;
  /** An integer from 0 to 2^40. */
  readonly bytes: number;
  readonly app: string;
}
