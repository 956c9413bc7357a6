/**
 * The existing relations of schema `public` with the given names: kind, primary key and columns of each. Types have the
 * form that Postgres prints: `bigint`, `character varying(36)`.
 */
export const PUBLIC_RELATIONS = `
  SELECT
    c.relname AS name,
    c.relkind IN ('r', 'p') AS "isTable",
    (
      SELECT array_agg(a.attname::text ORDER BY a.attname)
      FROM pg_catalog.pg_index AS i
      JOIN pg_catalog.pg_attribute AS a ON a.attrelid = i.indrelid AND a.attnum = ANY (i.indkey)
      WHERE i.indrelid = c.oid AND i.indisprimary
    ) AS "primaryKey",
    NOT EXISTS (
      SELECT FROM pg_catalog.pg_index AS i WHERE i.indrelid = c.oid AND i.indisprimary AND NOT i.indimmediate
    ) AS "isKeyImmediate",
    (
      SELECT coalesce(json_agg(json_build_object(
        'name', a.attname,
        'type', format_type(a.atttypid, a.atttypmod),
        'isRequired', a.attnotnull,
        'isFilled', a.atthasdef OR a.attidentity <> '',
        'isComputed', a.attgenerated <> '' OR a.attidentity = 'a',
        'foreignCollation', CASE WHEN l.collname NOT IN ('C', 'default') THEN l.collname END
      ) ORDER BY a.attnum), '[]')
      FROM pg_catalog.pg_attribute AS a
      LEFT JOIN pg_catalog.pg_collation AS l ON l.oid = a.attcollation
      WHERE a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped
    ) AS columns
  FROM pg_catalog.pg_class AS c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relname = ANY (CAST(:names AS text[]))
    AND c.relkind NOT IN ('i', 'I', 't', 'c')
  ORDER BY array_position(CAST(:names AS text[]), c.relname::text)
`;
