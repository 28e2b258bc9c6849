// What the debug adapter and its client say beyond the Debug Adapter Protocol. The client starts a
// session of the editor's own JavaScript debugger for every kernel, since only it can.
import type { Phase } from '../simulator/index.ts';

/** The debug type. */
export const DEBUG_TYPE = 'kho';

/** A debugger by kind, or by the path of its program. */
export type NativeDebuggerChoice = 'auto' | 'gdb' | 'lldb' | (string & {});

/** What a launch configuration may say; package.json says the same to the editor. */
export interface LaunchArguments {
  /** Absolute path of the scenario. */
  readonly program: string;
  /** Instead of the scenario's. */
  readonly seed?: number;
  /** Stops each kernel before these phases. */
  readonly stopBeforePhase?: Phase | readonly Phase[];
  /** Shows every event of the trace in the debug console. */
  readonly trace?: boolean;
  /** Which debugger is for drivers in C; the best there is, if absent. */
  readonly nativeDebugger?: NativeDebuggerChoice;
  /** Runs without debuggers; what "Run Without Debugging" sets. */
  readonly noDebug?: boolean;
}

/** Event: a kernel waits for a debugger. The client answers with the request KERNEL_ATTACHED. */
export const KERNEL_EVENT = 'khoKernel';

export interface KernelEvent {
  /** From 1. */
  readonly kernel: number;
  readonly name: string;
  readonly address: string;
  readonly port: number;
  readonly inspectorUrl: string;
}

/** Request: a debugger is attached to the kernel, or will not be. */
export const KERNEL_ATTACHED = 'khoKernelAttached';

export interface KernelAttached {
  readonly kernel: number;
  /** Why there is no debugger; the run goes on without one. */
  readonly failure?: string;
}

/**
 * What a session for a kernel whose drivers are in C is asked for with: the reverse request
 * `startDebugging` of the protocol. Beside this it has what its adapter understands.
 */
export interface NativeAttachConfiguration {
  readonly name: string;
  /** From 1. */
  readonly khoKernel: number;
  /** The debug adapter: a program that speaks the protocol on standard input and output. */
  readonly khoAdapter: AdapterCommand;
  readonly [argument: string]: unknown;
}

/** A program to start; `isScript` says that it is one for Node. */
export interface AdapterCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly isScript: boolean;
}

/** Event: the run has ended. The body is its result as resultToJson() gives it. */
export const RESULT_EVENT = 'khoResult';
