// The room's contract: the machine, its kernels and the handover between them.
export type * from './driver-api.ts';
export { FINDING_RULES } from './finding-rules.ts';
export * from './result.ts';
export type * from './runtime.ts';
