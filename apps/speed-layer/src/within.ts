/** Waits for the work, for at most `deadlineMs`. @returns whether the work has ended in time. */
export async function within(work: Promise<unknown>, deadlineMs: number): Promise<boolean> {
  const { promise: deadline, resolve } = Promise.withResolvers<boolean>();
  const timer = setTimeout(() => {
    resolve(false);
  }, deadlineMs);
  try {
    return await Promise.race([work.then(() => true), deadline]);
  } finally {
    clearTimeout(timer);
  }
}
