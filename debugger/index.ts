// The room's contract: the Debug Adapter Protocol in front of the simulator.
export * from './protocol.ts';
export { HandoverSession, type HandoverSessionOptions } from './session.ts';
