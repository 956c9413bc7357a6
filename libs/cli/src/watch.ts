import { setTimeout as delay } from 'node:timers/promises';
import * as z from 'zod';
import { optionalSetting, type SettingType } from './setting.ts';
import { settingsGroup } from './settings-group.ts';

const DEFAULT_SECONDS = '2';

const everySeconds: SettingType<number> = {
  placeholder: '[seconds]',
  allowed: 'a whole number from 1 to 86400, or nothing',
  schema: z
    .string()
    .transform((text) => (text === 'true' ? DEFAULT_SECONDS : text))
    .pipe(z.string().regex(/^\d{1,5}$/, { error: '' }))
    .transform(Number)
    .refine((seconds) => seconds >= 1 && seconds <= 86_400, { error: '' }),
};

/** Whether a report is shown repeatedly, and how often. Only for commands that change nothing. */
export const watchSettings = settingsGroup({
  title: 'Watch',
  fields: {
    seconds: optionalSetting({
      name: 'watch',
      description: `show it again every so many seconds until Ctrl-C; ${DEFAULT_SECONDS} when no number follows`,
      type: everySeconds,
    }),
  },
  value: ({ seconds }) => seconds,
});

export interface Screen {
  readonly out: (text: string) => void;
  /** Whether each report replaces the previous report on the screen; otherwise it is written below that report. */
  readonly isTerminal: boolean;
  readonly signal?: AbortSignal;
}

const CLEAR = '\u001b[H\u001b[2J';

/**
 * Shows a report once, or every `seconds` until the signal or the end of the process.
 * @param read the text of the report, with a line break at its end.
 */
export async function showReport(
  read: () => Promise<string>,
  seconds: number | undefined,
  { out, isTerminal, signal }: Screen,
): Promise<void> {
  for (;;) {
    const text = await read();
    out(seconds !== undefined && isTerminal ? `${CLEAR}${text}` : text);
    if (seconds === undefined) return;
    await delay(seconds * 1_000, undefined, signal === undefined ? {} : { signal }).catch(() => undefined);
    if (signal?.aborted === true) return;
  }
}
