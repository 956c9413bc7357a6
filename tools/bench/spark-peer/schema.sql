-- The tables of the job, in a database of its own.

-- Append mode writes each window once: no key, as the original job has it.
CREATE TABLE bytes ("timestamp" timestamptz, id text, value bigint, type text);

-- Update mode writes a window again and again: each batch is put here, and from here over what is there.
CREATE TABLE bytes_latest ("timestamp" timestamptz, id text, value bigint, type text, PRIMARY KEY ("timestamp", type, id));
CREATE UNLOGGED TABLE bytes_batch ("timestamp" timestamptz, id text, value bigint, type text);

CREATE TABLE bytes_hourly ("timestamp" timestamptz, id text, value bigint, type text);
CREATE TABLE user_quota_limit (email text, usage bigint, quota bigint, "timestamp" timestamptz);
CREATE TABLE user_metadata (id text PRIMARY KEY, name text, email text, quota bigint);
