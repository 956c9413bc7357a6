export { isOverQuota, type QuotaUse, quotaShare } from './quota-use.ts';
