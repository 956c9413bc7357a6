import type { NumberedMigration } from './numbered-migration.ts';

/** Moves of the stream to another topic or cluster (docs/commit-protocol.md, "A stream that moves"). */
export const streamMoves: NumberedMigration = {
  name: '0014-stream-moves',
  sql: `
    -- One row per move: from_topic was counted and archived up to the cut, and nothing more of it is read.
    CREATE TABLE pipeline.stream_move (
      number bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
      from_topic text NOT NULL REFERENCES pipeline.stream,
      from_group_id text NOT NULL,
      from_cluster_id text NOT NULL,
      to_topic text NOT NULL REFERENCES pipeline.stream CHECK (to_topic <> from_topic),
      to_group_id text NOT NULL,
      to_cluster_id text NOT NULL,
      moved_by text NOT NULL,
      moved_at timestamptz NOT NULL DEFAULT clock_timestamp()
    );

    -- The cut: the end of each partition of from_topic, which every sink had reached.
    CREATE TABLE pipeline.stream_move_end (
      move bigint NOT NULL REFERENCES pipeline.stream_move,
      partition integer NOT NULL,
      end_offset bigint NOT NULL,
      PRIMARY KEY (move, partition)
    );
  `,
};
