import { readFileSync } from 'node:fs';
import * as z from 'zod';
import type { Kind } from './kind.ts';

const fileContent = z.string().transform((path, context) => {
  try {
    const content = readFileSync(path, 'utf8');
    if (content.trim() !== '') return content;
    context.addIssue('the file is empty');
  } catch (error) {
    context.addIssue(String(error).replace(/^Error: /, ''));
  }
  return z.NEVER;
});

/** A file that holds a secret and nothing else. A line end after the secret is not part of it. */
export const secretFile: Kind<string> = {
  placeholder: '<path>',
  allowed: 'the path of a file that can be read and holds the secret',
  schema: fileContent.transform((content) => content.replace(/\r?\n$/, '')),
  secretsIn: (secret) => [secret],
};

/** A file of certificates in PEM format. */
export const certificateFile: Kind<string> = {
  placeholder: '<path>',
  allowed: 'the path of a file that can be read and holds certificates in PEM format',
  schema: fileContent.refine((content) => content.includes('-----BEGIN CERTIFICATE-----'), {
    error: 'the file holds no certificate',
  }),
};
