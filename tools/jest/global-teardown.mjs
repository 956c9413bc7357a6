export { stopServices as default } from './services-of-run.mjs';
