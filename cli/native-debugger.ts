// Which debugger is put to drivers in C, and how it is told of the process of a kernel.
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { basename, delimiter, join } from 'node:path';
import type {
  AdapterCommand,
  NativeAttach,
  NativeDebuggee,
  NativeDebuggerChoice,
} from '../debugger/index.ts';
import { packageRoot } from './bindings.ts';

/** From this version on, gdb speaks the protocol by itself. */
const GDB_WITH_DAP = 14;
const VERSION_TIMEOUT_MS = 5_000;
/** How often a process is looked at that waits for a debugger. */
const TRACED_MS = 50;
/** Names of LLDB's adapter, the newest first. */
const LLDB_ADAPTERS = /^lldb-(?:dap|vscode)(?:-\d+)?$/;

const NO_DEBUGGER =
  'there is neither gdb nor lldb-dap: install one (on Debian `gdb`, or `lldb`), or name it with ' +
  '`kho.native.debugger`';

/** The debugger of `choice`, as it is told to attach; why there is none, otherwise. */
export function attachNative(
  kernel: number,
  debuggee: NativeDebuggee,
  choice: NativeDebuggerChoice,
): NativeAttach {
  const found = findDebugger(choice);
  if (found === undefined) {
    const reason =
      choice === 'auto' ? NO_DEBUGGER : `there is no debugger ${choice}; ${NO_DEBUGGER}`;
    return { kind: 'none', reason };
  }
  const { khoAdapter, args } =
    found.kind === 'gdb' ? forGdb(found, debuggee) : forLldb(found, debuggee);
  const name = `Kernel ${kernel}`;
  return { kind: 'attach', configuration: { ...args, name, khoKernel: kernel, khoAdapter } };
}

interface FoundDebugger {
  readonly kind: 'gdb' | 'lldb';
  readonly command: string;
}

interface ToldDebugger {
  readonly khoAdapter: AdapterCommand;
  readonly args: Readonly<Record<string, unknown>>;
}

/** What runs into a page that is not mapped yet is no news: the runtime maps it. */
const GDB_COMMANDS = ['handle SIGSEGV nostop noprint pass', 'set print thread-events off'];

/** gdb by itself, or with an adapter in front of it that speaks its machine interface. */
function forGdb({ command }: FoundDebugger, debuggee: NativeDebuggee): ToldDebugger {
  const { pid, executable } = debuggee;
  if (gdbVersion(command) >= GDB_WITH_DAP) {
    const script = join(packageRoot(), 'dist', 'gdb-dap.cjs');
    const args = ['--interpreter=dap', ...GDB_COMMANDS.flatMap((each) => ['-iex', each])];
    return {
      khoAdapter: { command: script, args: [command, ...args], isScript: true },
      args: { pid, program: executable },
    };
  }
  const script = join(packageRoot(), 'dist', 'gdb-adapter.cjs');
  return {
    khoAdapter: { command: script, args: [], isScript: true },
    args: { program: executable, processId: String(pid), gdb: command, initCommands: GDB_COMMANDS },
  };
}

function forLldb({ command }: FoundDebugger, debuggee: NativeDebuggee): ToldDebugger {
  const { pid, executable } = debuggee;
  return {
    khoAdapter: { command, args: [], isScript: false },
    args: {
      program: executable,
      attachCommands: [
        `process attach --pid ${pid}`,
        'process handle SIGSEGV --pass true --stop false --notify false',
      ],
    },
  };
}

/** gdb first: it knows what C programs are made of on Linux best. */
function findDebugger(choice: NativeDebuggerChoice): FoundDebugger | undefined {
  if (choice !== 'auto' && choice !== 'gdb' && choice !== 'lldb') {
    const kind = /lldb/.test(basename(choice)) ? 'lldb' : 'gdb';
    return existsSync(choice) ? { kind, command: choice } : undefined;
  }
  const gdb = choice === 'lldb' ? undefined : inPath((name) => name === 'gdb');
  if (gdb !== undefined) return { kind: 'gdb', command: gdb };
  const lldb = choice === 'gdb' ? undefined : inPath((name) => LLDB_ADAPTERS.test(name));
  return lldb === undefined ? undefined : { kind: 'lldb', command: lldb };
}

/** The path of a program; of several with a number, the one with the highest. */
function inPath(isWanted: (name: string) => boolean): string | undefined {
  const folders = (process.env.PATH ?? '').split(delimiter).filter((folder) => folder !== '');
  const found = folders.flatMap((folder) => {
    const names = existsSync(folder) ? readdirSync(folder).filter(isWanted) : [];
    return names.map((name) => join(folder, name));
  });
  const numberOf = (file: string): number =>
    Number(/-(\d+)$/.exec(file)?.[1] ?? Number.POSITIVE_INFINITY);
  return found.sort((a, b) => numberOf(b) - numberOf(a))[0];
}

/** The first number of what `gdb --version` says; 0 if it says nothing. */
function gdbVersion(command: string): number {
  const { stdout } = spawnSync(command, ['--version'], {
    encoding: 'utf8',
    timeout: VERSION_TIMEOUT_MS,
  });
  return Number(/^GNU gdb .*?(\d+)\.\d+/m.exec(stdout ?? '')?.[1] ?? 0);
}

/** Settled when a debugger is attached to a process, or the process is gone. */
export async function untilTraced(pid: number): Promise<void> {
  while (tracerOf(pid) === 0) await new Promise((resolve) => setTimeout(resolve, TRACED_MS));
}

/** The process that traces `pid`, 0 if there is none; undefined if `pid` is gone. */
function tracerOf(pid: number): number | undefined {
  try {
    const status = readFileSync(`/proc/${pid}/status`, 'latin1');
    return Number(/^TracerPid:\s*(\d+)/m.exec(status)?.[1] ?? 0);
  } catch {
    return undefined;
  }
}
