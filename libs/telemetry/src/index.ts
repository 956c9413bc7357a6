export { type Condition, createMetrics, startHealthServer } from './health-server.ts';
export { createLogger, type Logger } from './logger.ts';
export { MergedHistogram } from './merged-histogram.ts';
