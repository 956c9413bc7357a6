import { Detector, getModeHandler, type IMapFrame, MemoryStore } from '@jscpd/core';
import { Tokenizer } from '@jscpd/tokenizer';
import type { SourceFile } from './source-file.ts';

/** A passage that stands in two places. */
export interface Duplicate {
  readonly lines: number;
  readonly places: readonly [string, string];
}

/** A passage counts from this many lines, and this many tokens, so that a list of imports is none. */
export const SHORTEST = { lines: 6, tokens: 50 } as const;

/** Passages that are the same but for comments and white space. A third place of a passage is a second duplicate. */
export async function duplicatesIn(files: readonly SourceFile[]): Promise<readonly Duplicate[]> {
  const options = {
    minLines: SHORTEST.lines,
    minTokens: SHORTEST.tokens,
    maxLines: 10_000,
    mode: getModeHandler('weak'),
  };
  const detector = new Detector(new Tokenizer(), new MemoryStore<IMapFrame>(), [], options);
  const found: Duplicate[] = [];
  for (const { path, text } of files) {
    for (const { duplicationA, duplicationB } of await detector.detect(path, text, 'typescript')) {
      const lines = duplicationA.end.line - duplicationA.start.line + 1;
      if (lines >= SHORTEST.lines) found.push({ lines, places: [placeOf(duplicationA), placeOf(duplicationB)] });
    }
  }
  return found;
}

interface Passage {
  readonly sourceId: string;
  readonly start: { readonly line: number };
}

function placeOf({ sourceId, start }: Passage): string {
  return `${sourceId}:${start.line}`;
}
