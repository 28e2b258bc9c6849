// The room's contract: the machine, its kernels and the handover between them.
export * from './result.ts';
