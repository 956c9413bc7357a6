export { startServices as default } from './services-of-run.mjs';
