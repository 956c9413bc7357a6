/**
 * Functions and views that belong together, declared once. Functions are declared with CREATE OR REPLACE, views with
 * CREATE VIEW: all views are dropped before the families are applied (apply-schema.ts).
 */
export interface SchemaFamily {
  /** The file's name, for messages. */
  readonly name: string;
  /** The statements, sent as one script. */
  readonly sql: string;
}
