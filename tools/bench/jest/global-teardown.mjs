export { stopSparkAndServices as default } from './spark-of-run.mjs';
