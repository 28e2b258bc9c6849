// One run in a process of its own, as JSON: `measure.mjs inline|script FOLIOS`, `ftrace RUNS`.
import { readFileSync } from 'node:fs';
import path from 'node:path';
import process from 'node:process';
import { setTimeout } from 'node:timers/promises';
import * as folios from './folios.mjs';
import { KERNEL_PROCESS, loadSimulator } from './load-simulator.mjs';

/** Between two runs of somebody who looks at what came out. */
const PAUSE_MS = 1000;

const [what, count] = process.argv.slice(2);
const simulator = await loadSimulator();
const bindings = simulator.createBindingSet([]);
const result = what === 'ftrace' ? await ftrace(Number(count)) : await million(Number(count));
console.log(JSON.stringify(result));

async function million(number) {
  const scenario = parse(path.resolve('bench/simulator/folios.kho.json'), {
    title: 'Folios of order 0, over one kexec',
    machine: { arch: 'x86_64', ram: [{ start: '0', size: '1T' }] },
    kernels: [
      {
        release: '7.3',
        cmdline: 'kho=on',
        drivers: ['folios.mjs'],
        steps: [
          { call: 'folios', function: 'fill', args: [number] },
          { kexecLoad: {} },
          { kexec: {} },
        ],
      },
      { release: '7.3', cmdline: 'kho=on', drivers: ['folios.mjs'] },
    ],
    expect: { findings: [] },
  });
  const runtime =
    what === 'inline'
      ? simulator.createInlineRuntime({ folios: () => folios })
      : simulator.createScriptRuntime({
          kernelProcessPath: KERNEL_PROCESS,
          callbackTimeoutMs: 600_000,
        });
  const start = performance.now();
  const run = await simulator.runScenario(scenario, { runtime, bindings });
  const seconds = (performance.now() - start) / 1000;
  await runtime.stop?.();
  const took = run.kernels[1]?.console.some((line) => line.endsWith(`took back ${number} folios`));
  if (
    run.outcome !== 'completed' ||
    run.findings.some(({ severity }) => severity !== 'info') ||
    !took
  ) {
    console.error(run.reason, run.findings, run.kernels.at(-1)?.console);
    process.exit(1);
  }
  const { maxRSS, userCPUTime, systemCPUTime } = process.resourceUsage();
  const peakMib = maxRSS / 1024;
  const cpuSeconds = (userCPUTime + systemCPUTime) / 1e6;
  return { seconds, cpuSeconds, peakMib, events: run.eventCount };
}

/** In a session: processes for the next kernels have started by the time that somebody asks. */
async function ftrace(runs) {
  const file = path.resolve('examples/ftrace/ftrace.kho.json');
  const scenario = parse(file, JSON.parse(readFileSync(file, 'utf8')));
  const options = { kernelProcessPath: KERNEL_PROCESS };
  const spares = scenario.kernels.length;
  const runtime = simulator.createScriptRuntime({ ...options, spares });
  const times = [];
  for (let i = 0; i < runs; i++) {
    await setTimeout(PAUSE_MS);
    times.push(await timeOf(scenario, runtime));
  }
  await runtime.stop();
  const unprepared = [];
  for (let i = 0; i < runs; i++) {
    const fresh = simulator.createScriptRuntime(options);
    unprepared.push(await timeOf(scenario, fresh));
    await fresh.stop();
  }
  return { times, unprepared };
}

async function timeOf(scenario, runtime) {
  const start = performance.now();
  const run = await simulator.runScenario(scenario, { runtime, bindings });
  if (run.outcome !== 'completed') throw new Error(run.reason);
  return performance.now() - start;
}

function parse(file, json) {
  const { value, issues } = simulator.parseScenario({ path: file, text: JSON.stringify(json) });
  if (value === undefined) throw new Error(issues.map(({ message }) => message).join('\n'));
  return value;
}
