export {
  isNearQuota,
  isOverQuota,
  type QuotaReport,
  type QuotaState,
  reportOfBatch,
  reportsOfStream,
} from './quota-hour.ts';
