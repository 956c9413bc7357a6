export { stopServices as default } from './start-services.ts';
