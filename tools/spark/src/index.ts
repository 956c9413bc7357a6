export { sparkServer } from './spark-server.ts';
