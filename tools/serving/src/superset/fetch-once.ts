/** What Superset is asked. */
type Question = Omit<RequestInit, 'headers'> & { readonly headers?: Readonly<Record<string, string>> };

/**
 * Sends a request on a connection of its own. gunicorn closes a connection after two idle seconds, and a request that is
 * sent on it at that moment fails; even a single request that leaves its connection open can fail the next one.
 */
export function fetchOnce(url: string | URL, { headers, ...rest }: Question): Promise<Response> {
  return fetch(url, { ...rest, headers: { ...headers, connection: 'close' } });
}
