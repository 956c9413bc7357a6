import { unreadableRange } from './unreadable-position.ts';

const range = { earliest: 50, latest: 90, stable: 90 };
const archive = { sink: 'archive', partition: 2, position: 42, intentEnd: undefined } as const;

describe('the range of records that retention deleted before a sink took them', () => {
  it('begins at the position and ends at the oldest record', () => {
    expect(unreadableRange(archive, range)).toEqual({ sink: 'archive', partition: 2, from: 42, to: 50 });
  });

  it('does not exist when the position can still be read', () => {
    expect(unreadableRange({ ...archive, position: 50 }, range)).toBeUndefined();
  });

  it('ends at the end of an open intent, when that is later', () => {
    expect(unreadableRange({ ...archive, intentEnd: 60 }, range)?.to).toBe(60);
    expect(unreadableRange({ ...archive, intentEnd: 45 }, range)?.to).toBe(50);
  });
});
