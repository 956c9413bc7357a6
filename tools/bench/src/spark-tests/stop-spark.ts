export { stopSpark as default } from './start-spark.ts';
