import * as z from 'zod';

const page = z.object({
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

/** @param storageUrl origin of a server that stands in for Google Cloud Storage. */
export async function createBucket(storageUrl: string, name: string): Promise<void> {
  const response = await fetch(new URL('/storage/v1/b?project=chaos', storageUrl), {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ name }),
  });
  if (!response.ok) throw new Error(`no bucket from ${storageUrl}: ${response.status} ${await response.text()}`);
}

/** The names of all objects of a bucket, whatever they are. */
export async function objectsOf(storageUrl: string, bucket: string): Promise<readonly string[]> {
  const names: string[] = [];
  let token: string | undefined;
  do {
    const url = new URL(`/storage/v1/b/${bucket}/o`, storageUrl);
    if (token !== undefined) url.searchParams.set('pageToken', token);
    const { items, nextPageToken } = page.parse(await (await fetch(url)).json());
    names.push(...items.map(({ name }) => name));
    token = nextPageToken;
  } while (token !== undefined && token !== '');
  return names;
}
