// How long `kho inspect` takes on the core of a large machine, and in how much memory. Each figure
// is a whole process; the memory is its peak. `--quick` leaves the largest images out.
//   node scripts/build.mjs && node bench/inspect.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { writeHandoverImage } from './handover-image.mjs';

const GIB = 2 ** 30;
/** What 10,000,000 folios in 1 TiB must stay below. */
const BARS = { folios: 10e6, wallSeconds: 10, peakMb: 1024 };
const SCENARIOS = [
  { folios: 1e6, ramBytes: 64 * GIB },
  { folios: 1e6, ramBytes: 256 * GIB },
  { folios: 1e6, ramBytes: 1024 * GIB },
  { folios: 2e6, ramBytes: 1024 * GIB },
  { folios: 5e6, ramBytes: 1024 * GIB },
  { folios: 10e6, ramBytes: 1024 * GIB },
  // No two folios side by side: nothing can be told in ranges.
  { folios: 1e6, ramBytes: 1024 * GIB, longestRun: 1 },
  { folios: 10e6, ramBytes: 1024 * GIB, longestRun: 1 },
];
/** What --quick leaves. */
const QUICK_FOLIOS = 1e6;
const RUNS = 3;

const isQuick = process.argv.includes('--quick');
const folder = mkdtempSync(path.join(tmpdir(), 'kho-bench-'));
const image = path.join(folder, 'image.elf');
try {
  console.log(
    'memory     folios      runs        wall     CPU      peak     CPU per million folios',
  );
  for (const scenario of SCENARIOS.filter(({ folios }) => !isQuick || folios <= QUICK_FOLIOS))
    await measureScenario(scenario);
} finally {
  rmSync(folder, { recursive: true });
}

async function measureScenario(scenario) {
  const { folios, ramBytes } = scenario;
  const { root, runCount } = await writeHandoverImage(image, scenario);
  const taken = Array.from({ length: RUNS }, () => inspect(root, folios));
  const { wallSeconds, cpuSeconds, peakMb } = taken.sort((a, b) => a.wallSeconds - b.wallSeconds)[
    RUNS >> 1
  ];
  console.log(
    `${ramBytes / GIB} GiB`.padEnd(11) + `${folios / 1e6} M`.padEnd(12) + `${runCount}`.padEnd(11),
    `${wallSeconds.toFixed(2)} s`.padEnd(8),
    `${cpuSeconds.toFixed(2)} s`.padEnd(8),
    `${Math.ceil(peakMb)} MiB`.padEnd(9),
    `${(cpuSeconds / (folios / 1e6)).toFixed(2)} s`,
  );
  if (folios !== BARS.folios) return;
  if (wallSeconds < BARS.wallSeconds && peakMb < BARS.peakMb) return;
  console.error(`above the bar of ${BARS.wallSeconds} s and ${BARS.peakMb} MiB`);
  process.exitCode = 1;
}

/** Runs it once, and makes sure that all of the image was read and nothing found wrong. */
function inspect(root, folios) {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    [
      ...['--import', path.join(import.meta.dirname, 'measured.mjs')],
      ...['dist/kho.mjs', 'inspect', image, '--json', '--ranges', '10'],
      ...['--root', `0x${root.toString(16)}`],
    ],
    { encoding: 'utf8' },
  );
  if (status !== 0) throw new Error(`kho inspect: ${status} ${stderr}${stdout.slice(0, 2000)}`);
  const [{ preserved, issues }] = JSON.parse(stdout).images;
  if (preserved.blocks < folios || issues.length > 0)
    throw new Error(`${preserved.blocks} blocks, ${JSON.stringify(issues).slice(0, 2000)}`);
  return JSON.parse(/^measured (.*)$/m.exec(stderr)[1]);
}
