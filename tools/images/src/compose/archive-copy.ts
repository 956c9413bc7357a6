import { mkdir, rm } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { Storage } from '@google-cloud/storage';

/** Copies every object of a bucket into a folder, which is emptied first. */
export async function copyBucket(endpoint: string, bucket: string, folder: string): Promise<void> {
  const storage = new Storage({ apiEndpoint: endpoint, projectId: 'local' });
  await rm(folder, { recursive: true, force: true });
  const [files] = await storage.bucket(bucket).getFiles();
  for (const file of files) {
    const destination = join(folder, file.name);
    await mkdir(dirname(destination), { recursive: true });
    await file.download({ destination });
  }
}
