import { dirname, join, resolve } from 'node:path';
import { HandoverSession } from '../../debugger/index.ts';
import { createScriptRuntime } from '../../simulator/script/index.ts';
import { loadBindings, packageRoot } from '../bindings.ts';
import { asSource, readInput } from '../input.ts';

/** `kho debug-adapter`: speaks the Debug Adapter Protocol on standard input and output. */
export function debugAdapterCommand(): Promise<void> {
  const kernelProcessPath = join(packageRoot(), 'dist', 'kernel-process.mjs');
  const session = new HandoverSession({
    readSource: (path) => asSource(path, readInput(path)),
    loadBindings: (folders, scenario) =>
      loadBindings(folders.map((each) => resolve(dirname(scenario), each))).bindings,
    createRuntime: (options) => createScriptRuntime({ ...options, kernelProcessPath }),
  });
  session.start(process.stdin, process.stdout);
  // A client that goes away without a word takes what it started with it: the socket of each
  // kernel's process closes with this one.
  return new Promise((done) => process.stdin.once('close', done));
}
