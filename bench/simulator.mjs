// How long the simulator takes for a million folios of order 0 on a machine of 1 TiB, and in how
// much memory; whether that grows with the folios alone; and how long one handover of the example
// takes. Each figure is a process of its own. `--quick` leaves the largest runs out, `--script`
// runs drivers in processes, where every call crosses to the engine.
//   node scripts/build.mjs && node bench/simulator.mjs
import { spawnSync } from 'node:child_process';
import path from 'node:path';
import process from 'node:process';
import { buildSimulator } from './simulator/load-simulator.mjs';

/** What a million folios and one handover of the example should stay below. */
const BARS = { seconds: 5, peakMib: 1024, handoverMs: 150 };
const FOLIOS = [62_500, 125_000, 250_000, 500_000, 1_000_000];
const QUICK_FOLIOS = 250_000;
const SCRIPT_FOLIOS = [5_000, 10_000, 20_000];
const HANDOVERS = 12;
/** The first handovers of a process warm it up. */
const WARM_UP = 2;

const isQuick = process.argv.includes('--quick');
await buildSimulator();
console.log('runtime  folios      wall      CPU       peak        events     CPU per folio');
for (const folios of FOLIOS.filter((each) => !isQuick || each <= QUICK_FOLIOS))
  printRun('inline', folios);
if (process.argv.includes('--script'))
  for (const folios of SCRIPT_FOLIOS) printRun('script', folios);

const { times, unprepared } = measure('ftrace', HANDOVERS);
const median = medianOf(times);
console.log(
  `\nftrace handover, a process for each kernel: ${median.toFixed(0)} ms (median) where they are ` +
    `kept ready, ${medianOf(unprepared).toFixed(0)} ms where they start with the run`,
);
if (median > BARS.handoverMs) missed(`${BARS.handoverMs} ms for a handover`);

function medianOf(all) {
  const warm = all.slice(WARM_UP).sort((a, b) => a - b);
  return warm[warm.length >> 1];
}

function printRun(runtime, folios) {
  const { seconds, cpuSeconds, peakMib, events } = measure(runtime, folios);
  console.log(
    runtime.padEnd(8),
    String(folios).padEnd(11),
    `${seconds.toFixed(2)} s`.padEnd(9),
    `${cpuSeconds.toFixed(2)} s`.padEnd(9),
    `${Math.ceil(peakMib)} MiB`.padEnd(11),
    String(events).padEnd(10),
    `${((cpuSeconds * 1e6) / folios).toFixed(1)} µs`,
  );
  if (runtime !== 'inline' || folios !== FOLIOS.at(-1)) return;
  if (seconds > BARS.seconds) missed(`${BARS.seconds} s for ${folios} folios`);
  if (peakMib > BARS.peakMib) missed(`${BARS.peakMib} MiB for ${folios} folios`);
}

function missed(what) {
  console.error(`above the bar of ${what}`);
  process.exitCode = 1;
}

function measure(what, count) {
  const script = path.join(import.meta.dirname, 'simulator/measure.mjs');
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, what, String(count)], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(stderr);
  return JSON.parse(stdout);
}
