interface Note {
  readonly firstMs: number;
  readonly latestMs: number;
}

/** The table `pipeline.partition_end`: where a partition was seen to end, and when. */
export class SimulatedNotes {
  readonly #notes = new Map<number, Map<number, Note>>();

  /** @param notedMs read before the end was. */
  add(partition: number, end: number, notedMs: number): void {
    const notes = this.#notes.get(partition) ?? new Map<number, Note>();
    this.#notes.set(partition, notes);
    const { firstMs, latestMs } = notes.get(end) ?? { firstMs: notedMs, latestMs: notedMs };
    notes.set(end, { firstMs, latestMs: Math.max(latestMs, notedMs) });
  }

  /** When the latest of the ends up to `nextOffset` was noted; undefined when there is none. They are forgotten. */
  takeReached(partition: number, nextOffset: number): number | undefined {
    const notes = this.#notes.get(partition);
    const reached = [...(notes ?? [])].filter(([end]) => end <= nextOffset);
    for (const [end] of reached) notes?.delete(end);
    return reached.length === 0 ? undefined : Math.max(...reached.map(([, { latestMs }]) => latestMs));
  }

  /** Deletes the notes of a partition whose log has lost records. */
  forget(partition: number): void {
    this.#notes.delete(partition);
  }

  /** When an end beyond `nextOffset` was noted first; undefined when there is none. */
  waitingSinceMs(partition: number, nextOffset: number): number | undefined {
    const waiting = [...(this.#notes.get(partition) ?? [])].filter(([end]) => end > nextOffset);
    return waiting.length === 0 ? undefined : Math.min(...waiting.map(([, { firstMs }]) => firstMs));
  }
}
