import type { Chance } from '@antenna/simulator';

/** So many cards of decks that are shuffled one after the other: each comes about as often as any other. */
export function deck<T>(cards: readonly T[], count: number, chance: Chance): readonly T[] {
  const dealt: T[] = [];
  while (cards.length > 0 && dealt.length < count) dealt.push(...shuffled(cards, chance));
  return dealt.slice(0, count);
}

/** Fisher and Yates. */
function shuffled<T>(cards: readonly T[], chance: Chance): readonly T[] {
  const left = [...cards];
  const order: T[] = [];
  while (left.length > 0) order.push(...left.splice(chance.integer(0, left.length - 1), 1));
  return order;
}
