// How long runs take in which a call fails: `kho simulate --faults` of the example, again and again
// until there were 1,000 runs, and some of them in the two other ways to run drivers. The CPU time
// says what a machine needs that does nothing else. With --native drivers are those in C of
// examples/c-driver, which always have processes.
//   node scripts/build.mjs && node bench/faults.mjs [--runs 1000]
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { bundle } from './bundle.mjs';

// Realms need it, and without them drivers would have processes and nobody would be told.
const REALMS = '--experimental-vm-modules';
if (!process.execArgv.includes(REALMS)) {
  const again = [REALMS, '--no-warnings', ...process.argv.slice(1)];
  process.exit(spawnSync(process.execPath, again, { stdio: 'inherit' }).status ?? 1);
}

process.chdir(path.dirname(import.meta.dirname));
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    scenario: { type: 'string' },
    others: { type: 'boolean', default: false },
    native: { type: 'boolean', default: false },
  },
});

const bundled = await import(
  await bundle(
    'faults.mjs',
    `
      export * from './simulator/index.ts';
      export { createNativeRuntime } from './simulator/native/index.ts';
      export { createRealmRuntime, createScriptRuntime } from './simulator/script/index.ts';
      export { loadBindings } from './cli/bindings.ts';
    `,
  )
);
const { createNativeRuntime, createRealmRuntime, createScriptRuntime } = bundled;
const { exploreFaults, loadBindings, parseScenario } = bundled;

const usual = values.native ? 'examples/c-driver/ring.kho.json' : 'examples/ftrace/ftrace.kho.json';
const file = path.resolve(values.scenario ?? usual);
const { value: scenario } = parseScenario({ path: file, text: readFileSync(file, 'utf8') });
const folders = scenario.bindings.map((each) => path.resolve(path.dirname(file), each));
const { bindings } = loadBindings(folders);
const wanted = Number(values.runs);
/** The other ways are slower; fewer runs say how much. */
const OTHER_SHARE = 20;

if (values.native) {
  const nativeFolder = path.resolve('simulator/native');
  await measure('drivers in C', wanted, () => createNativeRuntime({ nativeFolder }));
} else
  await measure('realms in this process', wanted, (runtime) => createRealmRuntime(runtime, true));
if (values.others) {
  const few = Math.ceil(wanted / OTHER_SHARE);
  await measure('realms in a process of their own', few, (runtime) => runtime, true);
  await measure('a process for every kernel', few, (runtime) => runtime);
}

async function measure(what, runs, wrap, isReused = false) {
  const kernelProcessPath = path.resolve('dist/kernel-process.mjs');
  const processes = createScriptRuntime({ kernelProcessPath, isReused });
  const runtime = await wrap(processes);
  const [begin, cpu] = [performance.now(), process.cpuUsage()];
  let done = 0;
  try {
    for (let seed = 1; done < runs; seed++) {
      const limit = runs - done;
      const options = { runtime, bindings, seed, limit, concurrency: 2 };
      done += (await exploreFaults(scenario, options)).runs.length;
    }
  } finally {
    await Promise.all([runtime.stop?.(), processes.stop()]);
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const [load] = readFileSync('/proc/loadavg', 'utf8').split(' ');
  console.log(
    `${what}: ${done} runs, ${seconds.toFixed(1)} s, ${((seconds / done) * 1000).toFixed(1)} ms ` +
      `each; CPU of this process ${((user + system) / 1e6).toFixed(1)} s; load ${load}`,
  );
}
