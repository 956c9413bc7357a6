import { migrate } from '../migrate.ts';
import { migrations } from '../migrations/index.ts';

/**
 * A migration whose last statement sleeps for an hour, so that a test can kill it. The argument is the database's URL.
 */
const stuck = { name: '9998-stuck', sql: 'CREATE TABLE pipeline.half_done (); SELECT pg_sleep(3600);' };
await migrate({ url: process.argv[2] ?? '' }, { migrations: [...migrations, stuck] });
