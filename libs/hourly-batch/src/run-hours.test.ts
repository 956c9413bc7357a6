import { TotalsContradictionError } from './errors.ts';
import { type HourOutcome, runHours } from './run-hours.ts';
import { HOUR, someTotals } from './testing/an-hour.ts';
import { fakePorts } from './testing/fake-ports.ts';

it('hours are computed one after another, and the failure of one does not stop the next', async () => {
  const NEXT_HOUR = HOUR + 3_600_000;
  const engine = {
    name: 'fake',
    aggregate: (hourMs: number) => Promise.resolve(someTotals({ events: hourMs === HOUR ? 1 : 2 })),
  };
  const options = { allowedLatenessMs: 0, requireFinal: false, dryRun: false };

  const outcomes: HourOutcome[] = [];
  for await (const outcome of runHours({ ...fakePorts().ports, engine }, [HOUR, NEXT_HOUR], options)) {
    outcomes.push(outcome);
  }

  expect(outcomes).toMatchObject([
    { hourMs: HOUR, ok: false },
    { hourMs: NEXT_HOUR, ok: true, result: { outcome: 'written' } },
  ]);
  expect(outcomes[0]?.ok === false && outcomes[0].error).toBeInstanceOf(TotalsContradictionError);
});
