import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import * as z from 'zod';

const page = z.object({
  items: z.array(z.object({ name: z.string() })).default([]),
  nextPageToken: z.string().optional(),
});

/**
 * Copies every object of a bucket into a folder, which is emptied first.
 * @param origin of the server that stands in for Google Cloud Storage.
 */
export async function copyBucket(origin: string, bucket: string, folder: string): Promise<void> {
  await rm(folder, { recursive: true, force: true });
  const objects = `${origin}/storage/v1/b/${bucket}/o`;
  for (const name of await namesOf(objects)) {
    const response = await answerOf(`${objects}/${encodeURIComponent(name)}?alt=media`);
    const path = join(folder, name);
    await mkdir(dirname(path), { recursive: true });
    await writeFile(path, Buffer.from(await response.arrayBuffer()));
  }
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
