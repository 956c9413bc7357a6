import type { NumberedMigration } from './numbered-migration.ts';

/** Makes commits of totals cheaper, and changes nothing else: workers of any version go on as they are. */
export const cheaperCommits: NumberedMigration = {
  name: '0009-cheaper-commits',
  sql: `
    -- A commit updates nearly all rows of a page at once. Where the page has room for a second version of each, no
    -- index is touched, and the next commit takes the first versions' room: with 70 half of the updates found none.
    -- The table is hardly larger for it, since its indexes get no second entries. Existing pages stay as they are.
    ALTER TABLE public.bytes SET (fillfactor = 50);
    ALTER TABLE pipeline.user_hour_usage SET (fillfactor = 50);

    -- A plan for any arrays takes them for ten rows, and looks for each user's quota by itself.
    ALTER FUNCTION pipeline.commit_totals SET plan_cache_mode = 'force_custom_plan';
  `,
};
