/** Where an archive has the files of an hour. */
export function hourFolder(hourMs: number): string {
  const time = new Date(hourMs);
  const [year, month] = [time.getUTCFullYear(), time.getUTCMonth() + 1];
  return `year=${year}/month=${month}/day=${time.getUTCDate()}/hour=${time.getUTCHours()}`;
}
