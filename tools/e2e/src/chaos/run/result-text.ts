import { numberText } from '@antenna/cli';
import { Tally } from '../system/run-log.ts';
import type { Verdict } from '@antenna/oracle';
import { type Asked, commandOf } from './plan.ts';
import type { RoundResult } from './round.ts';

const FAULT = 'fault ';

/** All that was found to be wrong, over all rounds. */
export function differences(results: readonly RoundResult[]): number {
  return results.reduce((sum, { verdict }) => sum + verdict.findings.count, 0);
}

/** The result in one line, with the command that repeats it. */
export function resultLine(results: readonly RoundResult[], asked: Asked, seconds: number): string {
  const tally = tallyOf(results);
  const sum = (of: (verdict: Verdict) => number): string =>
    numberText(results.reduce((total, { verdict }) => total + of(verdict), 0));
  const others = tally.entries().filter(([what]) => what.startsWith(FAULT) && !what.includes('SIGKILL'));
  const faults = others.reduce((total, [, times]) => total + times, 0);
  return [
    `chaos: ${numberText(differences(results))} differences`,
    `${numberText(tally.of('worker killed'))} kills and ${numberText(faults)} other faults of ${others.length} kinds`,
    `${sum(({ records }) => records)} records: ${sum(({ windows }) => windows)} rows of bytes, ` +
      `${sum(({ archivedEvents }) => archivedEvents)} archived events in ${sum(({ files }) => files)} files, ` +
      `${sum(({ deadLetters }) => deadLetters)} dead letters, ${sum(({ hourlyRows }) => hourlyRows)} rows of bytes_hourly, ` +
      `${sum(({ announcedLost }) => announcedLost)} announced as lost, ` +
      `${sum(({ ledgerEvents }) => ledgerEvents)} events in the ledger`,
    `${seconds} s`,
    commandOf(asked),
  ].join('; ');
}

/** Of one run, how often each thing happened, and what is not as it should be. */
export function details({ plan, tally, verdict }: RoundResult): readonly string[] {
  const counts = tally.entries().map(([what, times]) => `${String(times).padStart(6)}  ${what}`);
  const findings = verdict.findings.lines().map((line) => `DIFFERENCE ${plan.archive}: ${line}`);
  const { records, announcedLost, archivedEvents } = verdict;
  const summary = `${plan.archive}: ${records} records, ${archivedEvents} archived, ${announcedLost} announced as lost`;
  return [...counts, summary, ...findings];
}

function tallyOf(results: readonly RoundResult[]): Tally {
  const tally = new Tally();
  for (const result of results) tally.add(result.tally);
  return tally;
}
