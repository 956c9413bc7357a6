export { isOverQuota } from './over-quota.ts';
