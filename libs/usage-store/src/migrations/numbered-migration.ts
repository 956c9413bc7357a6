/** One step of the schema. Steps are applied in the order of their names, each in a transaction of its own. */
export interface NumberedMigration {
  /** `NNNN-what-it-does`: the number orders the steps and never changes once released. */
  readonly name: string;
  /** Statements, run as one. */
  readonly sql: string;
}
