export { proofText } from './console/proof-text.ts';
export { type Check, isProven } from './proof/check.ts';
export { proveServices, type ServiceAddresses } from './proof/prove-services.ts';
export { simulation, TO } from './simulation.ts';
