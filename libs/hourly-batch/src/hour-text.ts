/** An hour (UTC) in the form of command arguments: `2022-10-29T13`. */
export function hourText(hourMs: number): string {
  return new Date(hourMs).toISOString().slice(0, 'YYYY-MM-DDTHH'.length);
}
