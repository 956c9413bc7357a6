/**
 * The start of the comment on a role that a provisioner created. The name of its database, and so its installation,
 * follows.
 */
const COMMENT = 'antenna usage: login of database ';

/**
 * Whether a role exists, and which database it belongs to. A role of a database that no longer exists is free to be
 * taken.
 */
export const ROLE_STATE = `
  SELECT
    r.oid IS NOT NULL AS "exists",
    owner.database,
    owner.database IS NOT NULL AND (
      owner.database = current_database()
      OR NOT EXISTS (SELECT FROM pg_catalog.pg_database AS d WHERE d.datname = owner.database)
    ) AS "isOurs"
  FROM (SELECT CAST(:role AS name) AS rolname) AS asked
  LEFT JOIN pg_catalog.pg_roles AS r USING (rolname)
  LEFT JOIN LATERAL (
    SELECT substr(comment, length('${COMMENT}') + 1) AS database
    FROM shobj_description(r.oid, 'pg_authid') AS comment
    WHERE starts_with(comment, '${COMMENT}')
  ) AS owner ON true
`;

const OWN = `
  SELECT format('COMMENT ON ROLE %I IS %L', CAST(:role AS text), '${COMMENT}' || current_database()) AS statement
`;

export const CREATE_ROLE = `
  SELECT format('CREATE ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:verifier AS text)) AS statement
  UNION ALL
  ${OWN}
`;

export const GIVE_PASSWORD = `
  SELECT format('ALTER ROLE %I LOGIN PASSWORD %L', CAST(:role AS text), CAST(:verifier AS text)) AS statement
  UNION ALL
  ${OWN}
`;

/** Returns no statement when the role has the rights of the group already. */
export const GRANT_GROUP = `
  SELECT format('GRANT %I TO %I', CAST(:group AS text), CAST(:role AS text)) AS statement
  WHERE NOT EXISTS (
    SELECT FROM pg_catalog.pg_roles AS r
    WHERE r.rolname = :role AND NOT r.rolsuper AND pg_has_role(r.oid, CAST(:group AS name), 'USAGE')
  )
`;
