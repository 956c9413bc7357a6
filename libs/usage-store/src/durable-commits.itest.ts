import { openDatabase } from './database.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { TestStore } from './testing/test-store.ts';

/** The setting with which this very statement, being its own transaction, is going to commit. */
const RECORD_INTENT_AND_LOOK = `
  SELECT current_setting('synchronous_commit') AS before,
    pipeline.record_intent(
      p_version => :version, p_topic => 'devices', p_partition => 0, p_epoch => 1, p_start => 0, p_end => 5,
      p_decoder_version => 1, p_paths => '{}'
    ) AS recorded,
    current_setting('synchronous_commit') AS committed_with`;

describe('an intent', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await TestStore.open();
    await store.worker().claim(['archive'], [0]);
  });

  afterEach(() => store.close());

  /** In a session that was opened once the database had this default. */
  async function recordedWhereDefaultIs(setting: string): Promise<unknown> {
    const name = new URL(store.url).pathname.slice(1);
    await store.database.raw(`ALTER DATABASE "${name}" SET synchronous_commit = ${setting}`);
    const database = openDatabase({ url: store.url }, { applicationName: 'test', poolMax: 1 });
    try {
      const { rows } = await database.raw<{ rows: object[] }>(RECORD_INTENT_AND_LOOK, { version: SCHEMA_VERSION });
      const { rows: later } = await database.raw<{ rows: object[] }>(
        `SELECT current_setting('synchronous_commit') AS afterwards`,
      );
      return { ...rows[0], ...later[0] };
    } finally {
      await database.destroy();
    }
  }

  it.each(['off', 'local', 'remote_write'])(
    'is on the disk once it is recorded, though the default is synchronous_commit = %s, and nothing else changes',
    async (setting) => {
      expect(await recordedWhereDefaultIs(setting)).toEqual({
        before: setting,
        recorded: '',
        committed_with: 'on',
        afterwards: setting,
      });
    },
  );

  it('is committed as the default says where that waits for more', async () => {
    expect(await recordedWhereDefaultIs('remote_apply')).toMatchObject({ committed_with: 'remote_apply' });
  });
});
