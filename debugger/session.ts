// One handover under a debugger: kernels are threads, phases are where they can be stopped. The
// drivers' code is debugged by sessions of the editor's own, one per kernel.
import {
  Breakpoint,
  ContinuedEvent,
  DebugSession,
  Event,
  ExitedEvent,
  InitializedEvent,
  OutputEvent,
  StoppedEvent,
  TerminatedEvent,
  Thread,
  ThreadEvent,
} from '@vscode/debugadapter';
import type { DebugProtocol } from '@vscode/debugprotocol';
import { positionAt, type SourceFile } from '../fdt/index.ts';
import type { BindingSet } from '../kho/index.ts';
import {
  formatRunSummary,
  isCleanRun,
  type Phase,
  parseScenario,
  type RunResult,
  type Runtime,
  resultToJson,
  runScenario,
  type Scenario,
} from '../simulator/index.ts';
import type { ScriptRuntimeOptions } from '../simulator/script/index.ts';
import {
  KERNEL_ATTACHED,
  KERNEL_EVENT,
  type KernelAttached,
  type KernelEvent,
  type LaunchArguments,
  type NativeAttachConfiguration,
  type NativeDebuggerChoice,
  RESULT_EVENT,
} from './protocol.ts';

/** A runtime all of whose processes can be ended. */
interface StoppableRuntime extends Runtime {
  stop(): Promise<void>;
}

/** The process of a kernel whose drivers are in C. */
export interface NativeDebuggee {
  readonly pid: number;
  /** The program, with its symbols. */
  readonly executable: string;
}

/** What a runtime is to tell of its processes. */
export type DebuggedRuntimeOptions = Omit<ScriptRuntimeOptions, 'kernelProcessPath'> & {
  onDebuggee?(kernel: number, debuggee: NativeDebuggee): Promise<void>;
};

/** How a debugger is put to a process, or why there is none and what to do. */
export type NativeAttach =
  | { readonly kind: 'attach'; readonly configuration: NativeAttachConfiguration }
  | { readonly kind: 'none'; readonly reason: string };

/** What a session needs of the world. */
export interface HandoverSessionOptions {
  /** The text of a file; throws with a message for the user. */
  readSource(path: string): SourceFile;
  /** The bindings of the package and of `folders`; throws with a message for the user. */
  loadBindings(folders: readonly string[], scenario: string): BindingSet;
  createRuntime(options: DebuggedRuntimeOptions): StoppableRuntime;
  /** The debugger for the process of a kernel. */
  attachNative(
    kernel: number,
    debuggee: NativeDebuggee,
    choice: NativeDebuggerChoice,
  ): NativeAttach;
  /** Settled when a debugger is attached to a process, or the process is gone. */
  untilTraced(pid: number): Promise<void>;
}

/** Exit codes of the debuggee, as of `kho simulate`. */
const EXIT_CLEAN = 0;
const EXIT_FINDINGS = 1;
const LAUNCH_FAILED = 1;
/** A debugger that reads the symbols of a program is there within this time. */
const START_SESSION_MS = 60_000;

interface Launched {
  readonly scenario: Scenario;
  readonly bindings: BindingSet;
  readonly args: LaunchArguments;
}

/** Where a kernel is stopped. */
interface Stopped {
  readonly kernel: number;
  readonly phase: Phase;
  readonly resume: () => void;
}

export class HandoverSession extends DebugSession {
  readonly #options: HandoverSessionOptions;
  #launched: Launched | undefined;
  #runtime: StoppableRuntime | undefined;
  #kernels = 0;
  #stopped: Stopped | undefined;
  /** Stop before the next phase, whichever it is. */
  #stopsNext = false;
  readonly #cancellation = { isCancelled: false };
  readonly #attaching = new Map<number, (attached: KernelAttached) => void>();
  #startsSessions = false;

  constructor(options: HandoverSessionOptions) {
    super();
    this.#options = options;
    this.setDebuggerLinesStartAt1(true);
    this.setDebuggerColumnsStartAt1(true);
  }

  protected override initializeRequest(
    response: DebugProtocol.InitializeResponse,
    args: DebugProtocol.InitializeRequestArguments,
  ): void {
    this.#startsSessions = args.supportsStartDebuggingRequest === true;
    response.body = { supportsConfigurationDoneRequest: true, supportsTerminateRequest: true };
    this.sendResponse(response);
    this.sendEvent(new InitializedEvent());
  }

  protected override launchRequest(
    response: DebugProtocol.LaunchResponse,
    args: DebugProtocol.LaunchRequestArguments & LaunchArguments,
  ): void {
    try {
      const source = this.#options.readSource(args.program);
      const { value: scenario, issues } = parseScenario(source);
      if (scenario === undefined) {
        const [issue] = issues;
        const line = issue?.span ? positionAt(source, issue.span.start).line + 1 : 1;
        throw new Error(`${args.program}:${line}: ${issue?.message ?? 'is not a scenario'}`);
      }
      const bindings = this.#options.loadBindings(scenario.bindings, args.program);
      this.#launched = { scenario, bindings, args };
      this.sendResponse(response);
    } catch (error) {
      const format = (error as Error).message;
      this.sendErrorResponse(response, { id: LAUNCH_FAILED, format, showUser: true });
    }
  }

  protected override configurationDoneRequest(
    response: DebugProtocol.ConfigurationDoneResponse,
  ): void {
    this.sendResponse(response);
    if (this.#launched !== undefined) void this.#run(this.#launched);
  }

  /** Breakpoints are those of the JavaScript debuggers; here there is no code to stop in. */
  protected override setBreakPointsRequest(
    response: DebugProtocol.SetBreakpointsResponse,
    args: DebugProtocol.SetBreakpointsArguments,
  ): void {
    const breakpoints = (args.breakpoints ?? []).map(({ line }) => new Breakpoint(false, line));
    response.body = { breakpoints };
    this.sendResponse(response);
  }

  protected override threadsRequest(response: DebugProtocol.ThreadsResponse): void {
    const threads = Array.from({ length: this.#kernels }, (_, index) => {
      const release = this.#launched?.scenario.kernels[index]?.release ?? '';
      return new Thread(index + 1, `Kernel ${index + 1} (${release})`);
    });
    response.body = { threads };
    this.sendResponse(response);
  }

  protected override stackTraceRequest(
    response: DebugProtocol.StackTraceResponse,
    args: DebugProtocol.StackTraceArguments,
  ): void {
    const { scenario } = this.#launched ?? {};
    const span = scenario?.kernels[args.threadId - 1]?.span;
    const stopped = this.#stopped?.kernel === args.threadId ? this.#stopped : undefined;
    const stackFrames =
      stopped === undefined || span === undefined
        ? []
        : [
            {
              id: args.threadId,
              name: `before ${stopped.phase}`,
              source: { path: span.source.path },
              line: positionAt(span.source, span.start).line + 1,
              column: 1,
            },
          ];
    response.body = { stackFrames, totalFrames: stackFrames.length };
    this.sendResponse(response);
  }

  protected override scopesRequest(response: DebugProtocol.ScopesResponse): void {
    const scopes = [{ name: 'Handover', variablesReference: 1, expensive: false }];
    response.body = { scopes };
    this.sendResponse(response);
  }

  protected override variablesRequest(response: DebugProtocol.VariablesResponse): void {
    const { kernel, phase } = this.#stopped ?? {};
    const { scenario, args } = this.#launched ?? {};
    const values = { kernel, phase, seed: args?.seed ?? scenario?.seed, scenario: scenario?.title };
    const variables = Object.entries(values).map(([name, value]) => ({
      name,
      value: String(value),
      variablesReference: 0,
    }));
    response.body = { variables };
    this.sendResponse(response);
  }

  protected override continueRequest(response: DebugProtocol.ContinueResponse): void {
    response.body = { allThreadsContinued: true };
    this.sendResponse(response);
    this.#resume();
  }

  /** A step is one phase: there is nothing smaller to see from here. */
  protected override nextRequest(response: DebugProtocol.NextResponse): void {
    this.#stopsNext = true;
    this.sendResponse(response);
    this.#resume();
  }

  protected override stepInRequest(response: DebugProtocol.StepInResponse): void {
    this.nextRequest(response);
  }

  protected override stepOutRequest(response: DebugProtocol.StepOutResponse): void {
    this.continueRequest({ ...response, body: { allThreadsContinued: true } });
  }

  protected override pauseRequest(response: DebugProtocol.PauseResponse): void {
    this.#stopsNext = true;
    this.sendResponse(response);
  }

  protected override terminateRequest(response: DebugProtocol.TerminateResponse): void {
    void this.#end().then(() => this.sendResponse(response));
  }

  protected override disconnectRequest(
    response: DebugProtocol.DisconnectResponse,
    args: DebugProtocol.DisconnectArguments,
  ): void {
    // The library answers and ends this process.
    void this.#end().then(() => super.disconnectRequest(response, args));
  }

  protected override customRequest(
    command: string,
    response: DebugProtocol.Response,
    args: unknown,
  ): void {
    if (command === KERNEL_ATTACHED) {
      const attached = args as KernelAttached;
      this.#attaching.get(attached.kernel)?.(attached);
      this.sendResponse(response);
    } else super.customRequest(command, response, args);
  }

  async #run({ scenario, bindings, args }: Launched): Promise<void> {
    const runtime = this.#options.createRuntime({
      inspect: args.noDebug !== true,
      onInspector: (kernel, url, port) => this.#attach(kernel, url, port),
      onOutput: (_kernel, stream, text) => this.#say(text, stream),
      ...(args.noDebug === true
        ? {}
        : { onDebuggee: (kernel, debuggee) => this.#attachNative(kernel, debuggee, args) }),
    });
    this.#runtime = runtime;
    let exitCode = EXIT_FINDINGS;
    try {
      const result = await runScenario(scenario, {
        runtime,
        bindings,
        cancellation: this.#cancellation,
        ...(args.seed === undefined ? {} : { seed: args.seed }),
        beforePhase: (kernel, phase) => this.#beforePhase(kernel, phase, args),
        onTraceLine: (line) => this.#onTraceLine(line, args),
      });
      exitCode = isCleanRun(result) ? EXIT_CLEAN : EXIT_FINDINGS;
      this.#report(result);
    } catch (error) {
      this.#say(`The simulator failed: ${(error as Error).stack}\n`, 'stderr');
    } finally {
      await runtime.stop();
      this.sendEvent(new ExitedEvent(exitCode));
      this.sendEvent(new TerminatedEvent());
    }
  }

  #report(result: RunResult): void {
    // What an ended session leaves behind is half a run; its drivers died because they were killed.
    if (this.#cancellation.isCancelled) return;
    this.#say(`\n${formatRunSummary(result)}`, 'console');
    this.sendEvent(new Event(RESULT_EVENT, resultToJson(result)));
  }

  #onTraceLine(line: string, { trace }: LaunchArguments): void {
    const printk = / printk text=(.*)$/.exec(line)?.[1];
    if (trace === true) this.#say(`${line}\n`, 'console');
    else if (printk !== undefined) this.#say(`${unquoted(printk)}\n`, 'stdout');
  }

  #say(text: string, category: 'stdout' | 'stderr' | 'console'): void {
    this.sendEvent(new OutputEvent(text, category));
  }

  /** The kernel's drivers are loaded when a debugger is there, so that no breakpoint is missed. */
  async #attach(kernel: number, inspectorUrl: string, port: number): Promise<void> {
    const body: KernelEvent = {
      kernel,
      name: `Kernel ${kernel}`,
      address: '127.0.0.1',
      port,
      inspectorUrl,
    };
    // An editor that attaches by itself makes this old news; in any other the user has to.
    this.#say(`${body.name} waits for a JavaScript debugger at ${inspectorUrl}\n`, 'console');
    const attached = await new Promise<KernelAttached>((resolve) => {
      this.#attaching.set(kernel, resolve);
      this.sendEvent(new Event(KERNEL_EVENT, body));
    });
    this.#attaching.delete(kernel);
    const { failure } = attached;
    if (failure === undefined) return;
    this.#say(`No debugger for kernel ${kernel}: ${failure}\n`, 'stderr');
    await this.#end();
  }

  /** The same for drivers in C, by a session that the client starts with an adapter of ours. */
  async #attachNative(
    kernel: number,
    debuggee: NativeDebuggee,
    { nativeDebugger = 'auto' }: LaunchArguments,
  ): Promise<void> {
    const { pid } = debuggee;
    if (!this.#startsSessions) {
      this.#say(`Kernel ${kernel} waits for a debugger: attach to process ${pid}\n`, 'console');
      return this.#options.untilTraced(pid);
    }
    const attach = this.#options.attachNative(kernel, debuggee, nativeDebugger);
    const failure =
      attach.kind === 'none' ? attach.reason : await this.#startSession(attach.configuration);
    if (failure === undefined) return this.#options.untilTraced(pid);
    this.#say(`No debugger for kernel ${kernel}: ${failure}\n`, 'stderr');
    await this.#end();
  }

  /** Why the client did not start the session, if it did not. */
  #startSession(configuration: NativeAttachConfiguration): Promise<string | undefined> {
    const { command, args } = configuration.khoAdapter;
    this.#say(`${configuration.name}: ${[command, ...args].join(' ')}\n`, 'console');
    return new Promise((resolve) =>
      this.sendRequest(
        'startDebugging',
        { request: 'attach', configuration },
        START_SESSION_MS,
        ({ success, message }: DebugProtocol.Response) =>
          resolve(success ? undefined : (message ?? 'the editor started no session')),
      ),
    );
  }

  async #beforePhase(kernel: number, phase: Phase, args: LaunchArguments): Promise<void> {
    if (kernel > this.#kernels) {
      this.#kernels = kernel;
      this.sendEvent(new ThreadEvent('started', kernel));
    }
    const wanted = args.noDebug === true ? [] : [args.stopBeforePhase ?? []].flat();
    if (!this.#stopsNext && !wanted.includes(phase)) return;
    this.#stopsNext = false;
    const event: DebugProtocol.StoppedEvent = new StoppedEvent('step', kernel);
    event.body.description = `Before ${phase}`;
    await new Promise<void>((resolve) => {
      this.#stopped = { kernel, phase, resume: resolve };
      this.sendEvent(event);
    });
  }

  #resume(): void {
    const stopped = this.#stopped;
    if (stopped === undefined) return;
    this.#stopped = undefined;
    this.sendEvent(new ContinuedEvent(stopped.kernel, true));
    stopped.resume();
  }

  async #end(): Promise<void> {
    this.#cancellation.isCancelled = true;
    for (const [kernel, resolve] of this.#attaching) resolve({ kernel });
    this.#resume();
    await this.#runtime?.stop();
  }
}

function unquoted(text: string): string {
  try {
    return String(JSON.parse(text));
  } catch {
    return text;
  }
}
