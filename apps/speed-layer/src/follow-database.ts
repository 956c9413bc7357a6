import { setInterval } from 'node:timers';

/** How often the database is queried for metrics. Scrapes show the last answer, so that none waits for the database. */
const LOOK_MS = 10_000;

/**
 * Queries the database every 10 s. After a failed query the metrics keep their last values.
 * @param look queries the database and shows the answer in the metrics.
 * @returns a function that stops the queries.
 */
export function followDatabase(look: () => Promise<void>, onFailure: (error: unknown) => void): () => void {
  const lookOnce = () => void look().catch(onFailure);
  lookOnce();
  const timer = setInterval(lookOnce, LOOK_MS);
  return () => {
    clearInterval(timer);
  };
}
