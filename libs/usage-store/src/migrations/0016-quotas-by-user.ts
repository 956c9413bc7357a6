import type { NumberedMigration } from './numbered-migration.ts';

/** The quotas of users, in the order in which a commit looks them up. */
export const quotasByUser: NumberedMigration = {
  name: '0016-quotas-by-user',
  sql: `
    -- A commit looks up the quota of each of its users in the order of their ids. The primary key finds each row at
    -- another place of the table; this index has the quotas themselves (docs/performance-profile.md, "A new user's row").
    CREATE INDEX user_metadata_quota ON public.user_metadata (id) INCLUDE (quota);
  `,
};
