/** Postgres makes the rows itself, with the ids of `subscriberId`, in the order of its primary key. */
export const insertSubscribers = `
  INSERT INTO user_metadata (id, name, email, quota)
  SELECT id::text, 'user' || number, 'user' || number || '@example.com',
    CASE WHEN number % 20 = 0 THEN CAST(:passed AS bigint) ELSE CAST(:kept AS bigint) END
  FROM (
    SELECT n AS number, md5('subscriber ' || n)::uuid AS id
    FROM generate_series(0, :users - 1) AS n
  ) AS subscriber
  ORDER BY id`;
