// How long runs take in which a call fails: `kho simulate --faults` of the example, again and again
// until there were 1,000 runs. For comparison: the same with a process for every kernel.
//   node scripts/build.mjs && node bench/faults.mjs [--runs 1000]
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build } from 'esbuild';

process.chdir(path.dirname(import.meta.dirname));
const { values } = parseArgs({
  options: {
    runs: { type: 'string', default: '1000' },
    scenario: { type: 'string', default: 'examples/ftrace/ftrace.kho.json' },
    fresh: { type: 'boolean', default: false },
  },
});

const OUT = path.resolve('build/bench/faults.mjs');
await build({
  stdin: {
    contents: `
      export * from './simulator/index.ts';
      export { createScriptRuntime } from './simulator/script/index.ts';
      export { loadBindings } from './cli/bindings.ts';
    `,
    resolveDir: process.cwd(),
  },
  outfile: OUT,
  bundle: true,
  platform: 'node',
  format: 'esm',
  target: 'node20',
  packages: 'external',
  logLevel: 'error',
});
const { createScriptRuntime, exploreFaults, loadBindings, parseScenario } = await import(OUT);
const { readFileSync } = await import('node:fs');

const file = path.resolve(values.scenario);
const { value: scenario } = parseScenario({ path: file, text: readFileSync(file, 'utf8') });
const folders = scenario.bindings.map((each) => path.resolve(path.dirname(file), each));
const { bindings } = loadBindings(folders);
const wanted = Number(values.runs);

await measure('realms in processes that are used again', true, wanted);
if (values.fresh) await measure('a process for every kernel', false, Math.ceil(wanted / 20));

async function measure(what, isReused, runs) {
  const kernelProcessPath = path.resolve('dist/kernel-process.mjs');
  const runtime = createScriptRuntime({ kernelProcessPath, isReused });
  const begin = performance.now();
  let done = 0;
  try {
    for (let seed = 1; done < runs; seed++) {
      const limit = runs - done;
      const options = { runtime, bindings, seed, limit, concurrency: 2 };
      const report = await exploreFaults(scenario, options);
      done += report.runs.length;
    }
  } finally {
    await runtime.stop();
  }
  const seconds = (performance.now() - begin) / 1000;
  const { user, system } = process.cpuUsage();
  console.log(
    `${what}: ${done} runs in ${seconds.toFixed(1)} s, ${((seconds / done) * 1000).toFixed(1)} ms ` +
      `each; the engine's CPU so far ${((user + system) / 1e6).toFixed(1)} s, load ${load()}`,
  );
}

function load() {
  return spawnSync('cat', ['/proc/loadavg'], { encoding: 'utf8' }).stdout.split(' ')[0];
}
