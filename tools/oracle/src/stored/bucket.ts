import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import * as z from 'zod';

const page = z.object({
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

/** Objects that are fetched at once. */
const CONCURRENCY = 8;

/**
 * Copies every object of a bucket into a folder.
 * @param origin of the server that stands in for Google Cloud Storage.
 * @param prefix a folder of the bucket that becomes the root of the copy.
 */
export async function copyBucket(origin: string, bucket: string, folder: string, prefix = ''): Promise<void> {
  const objects = `${origin}/storage/v1/b/${bucket}/o`;
  const names = (await namesOf(objects))[Symbol.iterator]();
  const copyAll = async (): Promise<void> => {
    for (const name of names) {
      const response = await answerOf(`${objects}/${encodeURIComponent(name)}?alt=media`);
      const path = join(folder, relative(prefix, name));
      await mkdir(dirname(path), { recursive: true });
      await writeFile(path, Buffer.from(await response.arrayBuffer()));
    }
  };
  await Promise.all(Array.from({ length: CONCURRENCY }, copyAll));
}

async function namesOf(objects: string): Promise<string[]> {
  const names: string[] = [];
  let token: string | undefined = '';
  while (token !== undefined) {
    const answer = await answerOf(`${objects}?pageToken=${encodeURIComponent(token)}`);
    const { items, nextPageToken } = page.parse(await answer.json());
    names.push(...items.map(({ name }) => name));
    token = nextPageToken === '' ? undefined : nextPageToken;
  }
  return names;
}

async function answerOf(url: string): Promise<Response> {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answered ${response.status} ${await response.text()}`);
  return response;
}
