// The room's contract: what KHO puts in an FDT.
export * from './image.ts';
