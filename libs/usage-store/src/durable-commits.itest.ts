import { openDatabase } from './database.ts';
import { SCHEMA_VERSION } from './schema-version.ts';
import { TestStore } from './testing/test-store.ts';

/** The setting of synchronous_commit with which the transaction of this statement commits. */
const RECORD_INTENT_AND_LOOK = `
  SELECT current_setting('synchronous_commit') AS before,
    pipeline.record_intent(
      p_version => :version, p_topic => 'devices', p_partition => 0, p_epoch => 1, p_start => 0, p_end => 5,
      p_decoder_version => 1, p_paths => '{}'
    ) AS recorded,
    current_setting('synchronous_commit') AS committed_with`;

describe('the transaction that records an intent', () => {
  let store: TestStore;

  beforeEach(async () => {
    store = await TestStore.open();
    await store.worker().claim(['archive'], [0]);
  });

  afterEach(() => store.close());

  /** Records an intent in a session that was opened after the database got this default. */
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
    'waits for the disk although the default is synchronous_commit = %s, and does not change the setting of the session',
    async (setting) => {
      expect(await recordedWhereDefaultIs(setting)).toEqual({
        before: setting,
        recorded: '',
        committed_with: 'on',
        afterwards: setting,
      });
    },
  );

  it('keeps a stricter default', async () => {
    expect(await recordedWhereDefaultIs('remote_apply')).toMatchObject({ committed_with: 'remote_apply' });
  });
});
