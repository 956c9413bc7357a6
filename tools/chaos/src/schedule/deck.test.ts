import { seededChance } from '@antenna/simulator';
import { deck } from './deck.ts';

describe('cards of a deck', () => {
  it('are dealt each once before any comes again', () => {
    const dealt = deck(['a', 'b', 'c'], 7, seededChance(1));
    expect(dealt.slice(0, 3).toSorted()).toEqual(['a', 'b', 'c']);
    expect(dealt.slice(3, 6).toSorted()).toEqual(['a', 'b', 'c']);
    expect(dealt).toHaveLength(7);
  });

  it('are none when there are none', () => {
    expect(deck([], 3, seededChance(1))).toEqual([]);
  });
});
