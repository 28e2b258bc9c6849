import { dirname, resolve } from 'node:path';
import { HandoverSession } from '../../debugger/index.ts';
import { loadBindings } from '../bindings.ts';
import { asSource, readInput } from '../input.ts';
import { attachNative, untilTraced } from '../native-debugger.ts';
import { compilerOptions, createDriverRuntime, type NativeOptions } from '../runtime.ts';

/** `kho debug-adapter`: speaks the Debug Adapter Protocol on standard input and output. */
export function debugAdapterCommand(options: NativeOptions): Promise<void> {
  const compiling = compilerOptions(options);
  const session = new HandoverSession({
    readSource: (path) => asSource(path, readInput(path)),
    loadBindings: (folders, scenario) =>
      loadBindings(folders.map((each) => resolve(dirname(scenario), each))).bindings,
    createRuntime: (debugging) => createDriverRuntime({ ...compiling, ...debugging }),
    attachNative,
    untilTraced,
  });
  session.start(process.stdin, process.stdout);
  // A client that goes away without a word takes what it started with it: the socket of each
  // kernel's process closes with this one.
  return new Promise((done) => process.stdin.once('close', done));
}
