export { furnish as default } from './house-of-run.mjs';
