// The room's contract: the Debug Adapter Protocol in front of the simulator.
export * from './protocol.ts';
export {
  type DebuggedRuntimeOptions,
  HandoverSession,
  type HandoverSessionOptions,
  type NativeAttach,
  type NativeDebuggee,
} from './session.ts';
