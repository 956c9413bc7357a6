export { isOverQuota } from './over-quota.ts';
export { isNearQuota, type QuotaReport, type QuotaState, reportOfBatch, reportsOfStream } from './quota-hour.ts';
