export {
  startHealthServer,
  type Condition,
  type HealthServer,
  type HealthServerOptions,
  type Probe,
} from './health-server.ts';
export { createLogger, type Logger, type LoggerOptions, type LogLevel } from './logger.ts';
export { createMetrics } from './metrics.ts';
export { PortUnavailableError } from './listen-at.ts';
