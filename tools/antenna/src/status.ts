import {
  finalitySettings,
  formatReport,
  loggedCommand,
  oneOf,
  setting,
  settingsGroup,
  showReport,
  watchSettings,
} from '@antenna/cli';
import { databaseSettings } from '@antenna/usage-store';
import { kafkaSettings } from '@antenna/event-source';
import { readHours } from '@antenna/batch-layer/status';
import { readDeadLetters } from '@antenna/speed-layer/dead-letters';
import { readProgress } from '@antenna/speed-layer/status';

/** How many dead letters are shown; `speed-layer dead-letters list` shows more of them. */
const SHOWN_DEAD_LETTERS = 10;

const outputSettings = settingsGroup({
  title: 'Output',
  fields: {
    output: setting({
      name: 'output',
      description: 'form of the report: tables for people, or one JSON object with an array for each',
      type: oneOf(['table', 'json']),
      default: 'table',
    }),
  },
  value: ({ output }) => output,
});

/** Shows what all layers have done, in one look. */
export const status = loggedCommand({
  name: 'status',
  description: 'shows the partitions of the stream, the hours and the dead letters',
  settings: {
    output: outputSettings,
    watch: watchSettings,
    finality: finalitySettings,
    database: databaseSettings,
    kafka: kafkaSettings,
  },
  async run({ output, watch, finality: { allowedLatenessMs }, database, kafka }, { log, out }) {
    const all = { reason: undefined, partition: undefined, fromMs: undefined, toMs: undefined };
    const read = async () => {
      const texts = {
        partitions: formatReport(await readProgress(database, { topic: kafka.topic, log }), output),
        hours: formatReport(await readHours(database, { allowedLatenessMs, log }), output),
        dead_letters: formatReport(
          await readDeadLetters({ ...all, most: SHOWN_DEAD_LETTERS }, { database, kafka }, log),
          output,
        ),
      };
      return output === 'json' ? jsonOf(texts) : Object.values(texts).join('\n');
    };
    await showReport(read, watch, { out, isTerminal: process.stdout.isTTY });
  },
});

/** One object whose members are JSON already. */
function jsonOf(texts: Readonly<Record<string, string>>): string {
  return `{\n${Object.entries(texts)
    .map(([name, text]) => `${JSON.stringify(name)}: ${text.trimEnd()}`)
    .join(',\n')}\n}\n`;
}
