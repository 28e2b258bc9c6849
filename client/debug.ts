// The debug type `kho`: the adapter is a process of its own; the code of each kernel's drivers is
// debugged by a session of the editor's JavaScript debugger.
import * as vscode from 'vscode';
import {
  type AdapterCommand,
  DEBUG_TYPE,
  KERNEL_ATTACHED,
  KERNEL_EVENT,
  type KernelAttached,
  type KernelEvent,
  type NativeAttachConfiguration,
  RESULT_EVENT,
} from '../debugger/index.ts';
import type { JsonRunResult } from '../simulator/index.ts';
import { khoPath, nodeEnvironment } from './kho-process.ts';
import { nativeArguments } from './native-settings.ts';
import { isScenario } from './scenarios.ts';
import { showResult } from './simulate.ts';
import type { Tools } from './tools.ts';
import { mayRunCode } from './trust.ts';

export function registerDebugger(tools: Tools): void {
  const adapter: vscode.DebugAdapterDescriptorFactory = {
    createDebugAdapterDescriptor: ({ configuration }) => {
      const { khoAdapter } = configuration as Partial<NativeAttachConfiguration>;
      if (khoAdapter !== undefined) return adapterOf(khoAdapter);
      const { program } = configuration;
      const scope = typeof program === 'string' ? vscode.Uri.file(program) : undefined;
      return nodeProgram(khoPath(tools), ['debug-adapter', ...nativeArguments(scope)]);
    },
  };
  tools.context.subscriptions.push(
    vscode.debug.registerDebugAdapterDescriptorFactory(DEBUG_TYPE, adapter),
    vscode.debug.registerDebugConfigurationProvider(DEBUG_TYPE, configurationProvider(tools)),
    vscode.debug.onDidReceiveDebugSessionCustomEvent((event) => void onEvent(event, tools)),
    vscode.debug.onDidTerminateDebugSession(({ id }) => stopKernelsOf(id)),
    vscode.debug.onDidStartDebugSession((session) => {
      if (isOfKernel(session.configuration)) kernels.add(session);
    }),
    vscode.commands.registerCommand('kho.debug', (uri?: vscode.Uri) => debug(tools, uri)),
  );
}

/** Sessions for kernels whose drivers are in C; a handover that is over takes its own along. */
const kernels = new Set<vscode.DebugSession>();

function stopKernelsOf(handover: string): void {
  for (const session of kernels) {
    if (session.id === handover) kernels.delete(session);
    else if (session.parentSession?.id === handover) void vscode.debug.stopDebugging(session);
  }
}

function nodeProgram(script: string, args: readonly string[]): vscode.DebugAdapterExecutable {
  const env = definedOnly(nodeEnvironment());
  return new vscode.DebugAdapterExecutable(process.execPath, [script, ...args], { env });
}

/** The adapter that the handover's own session has chosen for a kernel. */
function adapterOf({ command, args, isScript }: AdapterCommand): vscode.DebugAdapterExecutable {
  return isScript
    ? nodeProgram(command, args)
    : new vscode.DebugAdapterExecutable(command, [...args]);
}

async function debug(tools: Tools, uri?: vscode.Uri): Promise<boolean> {
  if (!mayRunCode('Debugging a handover')) return false;
  const scenario = await tools.scenarios.choose(uri);
  if (scenario === undefined) return false;
  const folder = vscode.workspace.getWorkspaceFolder(scenario);
  return vscode.debug.startDebugging(folder, configurationFor(scenario));
}

function configurationFor(scenario: vscode.Uri): vscode.DebugConfiguration {
  return {
    type: DEBUG_TYPE,
    request: 'launch',
    name: `Handover ${vscode.workspace.asRelativePath(scenario)}`,
    program: scenario.fsPath,
  };
}

/** Fills in what a configuration leaves out, so that F5 needs no launch.json. */
function configurationProvider(tools: Tools): vscode.DebugConfigurationProvider {
  return {
    provideDebugConfigurations: () => [
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the editor replaces it.
      { type: DEBUG_TYPE, request: 'launch', name: 'Handover', program: '${file}' },
    ],
    resolveDebugConfiguration(_folder, configuration) {
      if (!mayRunCode('Debugging a handover')) return undefined;
      if (isOfKernel(configuration)) return configuration;
      const active = vscode.window.activeTextEditor?.document.uri.fsPath;
      return {
        ...configuration,
        type: DEBUG_TYPE,
        request: 'launch',
        name: configuration.name || 'Handover',
        program: configuration.program ?? active,
        nativeDebugger:
          configuration.nativeDebugger ??
          vscode.workspace.getConfiguration('kho.native').get<string>('debugger', 'auto'),
      };
    },
    async resolveDebugConfigurationWithSubstitutedVariables(_folder, configuration) {
      if (isOfKernel(configuration)) return configuration;
      const { program } = configuration;
      const uri = typeof program === 'string' ? vscode.Uri.file(program) : undefined;
      const scenario =
        uri !== undefined && isScenario(uri) ? uri : await tools.scenarios.choose(uri);
      if (scenario !== undefined) return { ...configuration, program: scenario.fsPath };
      void vscode.window.showErrorMessage(
        `${program ?? 'What is open'} is neither a scenario (*.kho.json) nor a driver of one.`,
      );
      return undefined;
    },
  };
}

/** Whether the handover's own session asks for it. */
function isOfKernel(configuration: vscode.DebugConfiguration): boolean {
  return (configuration as Partial<NativeAttachConfiguration>).khoKernel !== undefined;
}

async function onEvent(event: vscode.DebugSessionCustomEvent, tools: Tools): Promise<void> {
  const { session } = event;
  if (session.type !== DEBUG_TYPE) return;
  if (event.event === KERNEL_EVENT) await attach(session, event.body as KernelEvent, tools);
  if (event.event === RESULT_EVENT) {
    const scenario = vscode.Uri.file(String(session.configuration.program));
    await showResult(tools, scenario, event.body as JsonRunResult);
  }
}

/** Attaches the JavaScript debugger to a kernel that waits for it. */
async function attach(
  session: vscode.DebugSession,
  { kernel, name, address, port }: KernelEvent,
  tools: Tools,
): Promise<void> {
  const configuration: vscode.DebugConfiguration = {
    type: 'node',
    request: 'attach',
    name,
    address,
    port,
    // The process waits at its first line until breakpoints are set.
    continueOnAttach: true,
    autoAttachChildProcesses: false,
    restart: false,
    // The engine's end of a call is not the driver's code.
    skipFiles: ['<node_internals>/**', '**/dist/kernel-process.mjs'],
  };
  const answer: KernelAttached = await startChild(session, configuration).then(
    (isStarted) =>
      isStarted ? { kernel } : { kernel, failure: 'the JavaScript debugger did not start' },
    (error: unknown) => ({ kernel, failure: String(error) }),
  );
  tools.log.info(`kernel ${kernel}: ${answer.failure ?? 'a debugger is attached'}`);
  await session.customRequest(KERNEL_ATTACHED, answer);
}

function startChild(
  parentSession: vscode.DebugSession,
  configuration: vscode.DebugConfiguration,
): Thenable<boolean> {
  return vscode.debug.startDebugging(parentSession.workspaceFolder, configuration, {
    parentSession,
    consoleMode: vscode.DebugConsoleMode.MergeWithParent,
    compact: false,
  });
}

function definedOnly(env: NodeJS.ProcessEnv): Record<string, string> {
  const entries = Object.entries(env).filter((entry): entry is [string, string] => {
    return entry[1] !== undefined;
  });
  return Object.fromEntries(entries);
}
