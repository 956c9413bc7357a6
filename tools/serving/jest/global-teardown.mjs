export { clear as default } from './house-of-run.mjs';
