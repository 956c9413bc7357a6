/**
 * One migration of the tables. Migrations are applied in the order of their names; all missing ones share a
 * transaction.
 */
export interface NumberedMigration {
  /** `NNNN-what-it-does`: the number orders the migrations and never changes once released. */
  readonly name: string;
  /** The statements, sent as one script. */
  readonly sql: string;
}
