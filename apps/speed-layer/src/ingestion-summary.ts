import { deadLettersByReason, type IngestionEvent, type IngestionObserver } from '@antenna/ingestion';

/** Sums up the work of one process for the line that it prints at its end. */
export class IngestionSummary implements IngestionObserver {
  #events = 0;
  #eventBytes = 0n;
  #deadLetters = 0;
  #commits = 0;
  #refused = 0;
  #files = 0;
  #archived = 0;
  #archiveBytes = 0;

  observe(event: IngestionEvent): void {
    if (event.kind === 'committed') {
      this.#events += event.events;
      this.#eventBytes += event.eventBytes;
      for (const records of deadLettersByReason(event.commit).values()) this.#deadLetters += records;
      this.#commits += 1;
    } else if (event.kind === 'archived') {
      this.#files += event.files.length;
      this.#archived += event.files.reduce((rows, file) => rows + file.rows, 0);
      this.#archiveBytes += event.files.reduce((bytes, file) => bytes + file.sizeBytes, 0);
    } else if (event.kind === 'refused') {
      this.#refused += 1;
    }
  }

  /** The summary in one line. */
  text(outcome: string, seconds: number): string {
    const rate = Math.round(this.#events / Math.max(seconds, 0.001));
    return (
      `${outcome}: ${this.#events} events (${this.#eventBytes} bytes of usage) and ${this.#deadLetters} dead letters ` +
      `in ${this.#commits} commits, ${this.#refused} refused; ${this.#archived} events archived in ${this.#files} files ` +
      `(${this.#archiveBytes} bytes); ${seconds.toFixed(1)} s, ${rate} events/s`
    );
  }
}
