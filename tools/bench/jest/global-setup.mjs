export { startSparkAndServices as default } from './spark-of-run.mjs';
