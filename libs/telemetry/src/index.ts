export { startHealthServer, type Condition } from './health-server.ts';
export { createLogger, type Logger } from './logger.ts';
export { MergedHistogram } from './merged-histogram.ts';
export { createMetrics } from './metrics.ts';
