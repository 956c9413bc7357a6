import { endedWell, nodeCommand, startProgram, testDatabase } from '@antenna/test-kit';

describe('npx antenna status', () => {
  it('shows partitions, hours and dead letters in one look, and as one JSON object for programs', async () => {
    const database = await testDatabase();
    try {
      const environment = { DATABASE_URL: database.url, LOG_FORMAT: 'json' };
      const show = (...flags: readonly string[]) =>
        startProgram(nodeCommand(['tools/antenna/src/main.ts', 'status', ...flags], environment));
      const people = show();
      await endedWell(people);
      expect((await people).stdout).toMatch(
        /no partition of topic devices was ever claimed[^]*no hour was counted[^]*no dead letters/,
      );
      expect((await people).stderr).not.toMatch(/Warning|DEP\d+/);
      const program = show('--output=json');
      await endedWell(program);
      expect(JSON.parse((await program).stdout)).toEqual({ partitions: [], hours: [], dead_letters: [] });
    } finally {
      await database.close();
    }
  });
});
