import { join } from 'node:path';

/** The root of the repository. */
export const ROOT = join(import.meta.dirname, '..', '..', '..');

export const SETTINGS_PAGE = join(ROOT, 'docs', 'settings.md');
export const TROUBLESHOOTING_PAGE = join(ROOT, 'docs', 'troubleshooting.md');
