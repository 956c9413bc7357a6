import fc from 'fast-check';
import { isNearQuota, isOverQuota, type QuotaReport, reportOfBatch, reportsOfStream } from './index.ts';

describe('a user with a quota of 5000 bytes', () => {
  it('is within the quota after 4999 bytes', () => {
    expect(isOverQuota(4999n, 5000n)).toBe(false);
  });

  it('is within the quota after exactly 5000 bytes', () => {
    expect(isOverQuota(5000n, 5000n)).toBe(false);
  });

  it('is over the quota after 5001 bytes', () => {
    expect(isOverQuota(5001n, 5000n)).toBe(true);
  });
});

describe('a user with a quota of 0 bytes', () => {
  it('is over the quota after the first byte', () => {
    expect(isOverQuota(0n, 0n)).toBe(false);
    expect(isOverQuota(1n, 0n)).toBe(true);
  });
});

it('usage and quota are compared exactly at 2^53 bytes, where a double cannot hold every integer', () => {
  expect(isOverQuota(2n ** 53n + 1n, 2n ** 53n)).toBe(true);
  expect(isOverQuota(2n ** 53n, 2n ** 53n + 1n)).toBe(false);
});

describe('a user with a quota of 5000 bytes', () => {
  it('is near the quota from exactly 4000 bytes on', () => {
    expect(isNearQuota(3999n, 5000n)).toBe(false);
    expect(isNearQuota(4000n, 5000n)).toBe(true);
  });

  it('is reported as warned at 4000 bytes, and as exceeded at 5001', () => {
    expect(statesOf(reportsOfStream([], 3_999n, 5_000n))).toEqual([]);
    expect(statesOf(reportsOfStream([], 4_000n, 5_000n))).toEqual(['warned']);
    expect(statesOf(reportsOfStream([a('warned')], 5_000n, 5_000n))).toEqual([]);
    expect(statesOf(reportsOfStream([a('warned')], 5_001n, 5_000n))).toEqual(['exceeded']);
    expect(statesOf(reportsOfStream([a('warned'), a('exceeded')], 9_000n, 5_000n))).toEqual([]);
  });

  it('is reported as warned and then as exceeded when one commit passes both', () => {
    expect(statesOf(reportsOfStream([], 6_000n, 5_000n))).toEqual(['warned', 'exceeded']);
  });

  it('is not warned after the batch layer has judged the hour with this quota', () => {
    expect(reportsOfStream([a('exceeded_late')], 4_500n, 5_000n)).toEqual([]);
    expect(reportsOfStream([a('exceeded_late')], 5_500n, 5_000n)).toEqual([]);
  });
});

it('80 % of a quota that is no multiple of five is not rounded', () => {
  // 80 % of 7 bytes are 5.6 bytes.
  expect([5n, 6n].map((usage) => isNearQuota(usage, 7n))).toEqual([false, true]);
  const large = 2n ** 62n;
  expect(isNearQuota((large * 4n) / 5n, large)).toBe(false);
  expect(isNearQuota((large * 4n) / 5n + 1n, large)).toBe(true);
});

describe('a quota that changes during the hour', () => {
  const reports = [a('warned'), a('exceeded')];

  it('is reported anew', () => {
    expect(reportsOfStream(reports, 6_000n, 7_000n)).toEqual([{ state: 'warned', quota: 7_000n }]);
    expect(statesOf(reportsOfStream(reports, 6_000n, 3_000n))).toEqual(['warned', 'exceeded']);
  });

  it('is not reported twice when it changes back', () => {
    const raised = [...reports, { state: 'warned', quota: 7_000n } as const];
    expect(reportsOfStream(raised, 6_500n, 5_000n)).toEqual([]);
  });
});

describe('the computation of a final hour', () => {
  it('confirms a user who is over quota', () => {
    expect(reportOfBatch([a('warned'), a('exceeded')], 5_001n, 5_000n)).toEqual(a('confirmed'));
  });

  it('does not confirm a user twice with the same quota', () => {
    expect(reportOfBatch([a('exceeded'), a('confirmed')], 6_000n, 5_000n)).toBeUndefined();
    expect(reportOfBatch([a('exceeded_late')], 6_000n, 5_000n)).toBeUndefined();
  });

  it('withdraws the report of a user who is not over quota', () => {
    expect(reportOfBatch([a('exceeded')], 5_000n, 5_000n)).toEqual(a('withdrawn'));
    expect(reportOfBatch([a('exceeded')], 6_000n, 7_000n)).toEqual({ state: 'withdrawn', quota: 7_000n });
    expect(reportOfBatch([a('exceeded'), a('confirmed')], 4_000n, 5_000n)).toEqual(a('withdrawn'));
  });

  it('withdraws the report of a user without a limit, with the quota of that report', () => {
    expect(reportOfBatch([a('exceeded')], 6_000n, undefined)).toEqual(a('withdrawn'));
  });

  it('lets the warning of a user stand who is near the quota', () => {
    expect(reportOfBatch([a('warned')], 4_000n, 5_000n)).toBeUndefined();
    expect(reportOfBatch([a('warned')], 5_000n, 5_000n)).toBeUndefined();
  });

  it('withdraws the warning of a user who is not near the quota', () => {
    expect(reportOfBatch([a('warned')], 3_999n, 5_000n)).toEqual(a('withdrawn'));
    expect(reportOfBatch([a('warned')], 4_500n, 7_000n)).toEqual({ state: 'withdrawn', quota: 7_000n });
    expect(reportOfBatch([a('warned'), a('withdrawn')], 3_999n, 5_000n)).toBeUndefined();
  });

  it('withdraws the warning of a user without a limit, with the quota of that warning', () => {
    expect(reportOfBatch([a('warned')], 4_500n, undefined)).toEqual(a('withdrawn'));
  });

  it('withdraws a warning that came after a withdrawal with another quota', () => {
    const reports = [a('exceeded'), a('withdrawn'), { state: 'warned', quota: 7_000n } as const];
    expect(reportOfBatch(reports, 5_700n, 7_000n)).toBeUndefined();
    expect(reportOfBatch(reports, 5_000n, 7_000n)).toEqual({ state: 'withdrawn', quota: 7_000n });
  });

  it('reports late that a user is over quota whom the stream has not reported as over quota', () => {
    expect(reportOfBatch([], 5_001n, 5_000n)).toEqual(a('exceeded_late'));
    expect(reportOfBatch([a('warned')], 5_001n, 5_000n)).toEqual(a('exceeded_late'));
  });

  it('reports late that a user is over quota whose report was withdrawn', () => {
    const withdrawn = [a('exceeded'), { state: 'withdrawn', quota: 7_000n } as const];
    expect(reportOfBatch(withdrawn, 6_000n, 5_000n)).toEqual(a('exceeded_late'));
  });

  it('confirms again with a quota that has changed since', () => {
    expect(reportOfBatch([a('exceeded'), a('confirmed')], 6_000n, 5_500n)).toEqual({
      state: 'confirmed',
      quota: 5_500n,
    });
  });
});

/** A step of an hour, with the quota of its moment: the stream's usage grows, or the batch layer computes the hour. */
const step = fc.record({
  by: fc.constantFrom('stream', 'batch'),
  bytes: fc.bigInt(0n, 40n),
  quota: fc.constantFrom(10n, 50n, 51n, 90n),
});
const histories = fc.array(step, { maxLength: 30 });

function reportsOf(steps: readonly { by: string; bytes: bigint; quota: bigint }[]): readonly QuotaReport[] {
  let usage = 0n;
  let reports: readonly QuotaReport[] = [];
  for (const { by, bytes, quota } of steps) {
    if (by === 'stream') {
      usage += bytes;
      reports = [...reports, ...reportsOfStream(reports, usage, quota)];
    } else {
      const report = reportOfBatch(reports, bytes * 3n, quota);
      if (report !== undefined) reports = [...reports, report];
    }
  }
  return reports;
}

describe('any history of an hour', () => {
  it('has each state at most once for a quota', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const keys = reportsOf(steps).map(({ state, quota }) => `${state} ${quota}`);
        expect(new Set(keys).size).toBe(keys.length);
      }),
    );
  });

  it('has a warning before the stream reports that the quota is exceeded', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const reports = reportsOf(steps.filter(({ by }) => by === 'stream'));
        for (const [at, { state, quota }] of reports.entries()) {
          const earlier = reports.slice(0, at).filter((report) => report.quota === quota);
          if (state === 'exceeded') expect(statesOf(earlier)).toEqual(['warned']);
        }
      }),
    );
  });

  it('has a withdrawal only where a report stands', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const reports = reportsOf(steps);
        for (const [at, { state }] of reports.entries()) {
          if (state === 'withdrawn') expect(reports[at - 1]?.state).toMatch(/warned|exceeded|confirmed|exceeded_late/);
        }
      }),
    );
  });

  it('has the same reports when each commit of the stream and each computation is repeated', () => {
    fc.assert(
      fc.property(histories, (steps) => {
        const repeated = steps.flatMap((each) => [each, { ...each, bytes: each.by === 'stream' ? 0n : each.bytes }]);
        expect(reportsOf(repeated)).toEqual(reportsOf(steps));
      }),
    );
  });
});

function a(state: QuotaReport['state']): QuotaReport {
  return { state, quota: 5_000n };
}

function statesOf(reports: readonly QuotaReport[]): readonly string[] {
  return reports.map(({ state }) => state);
}
