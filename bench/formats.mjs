// Compiling and decompiling in a warm process, and as whole processes, beside `dtc` on the same
// input in the same run. Figures are user CPU time, medians; a ratio above 1 means faster than dtc.
//   node scripts/build.mjs && node bench/formats.mjs [--quick]
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import process from 'node:process';
import { median } from './cpu-time.mjs';
import { generate } from './generate.mjs';
import { loadKho } from './load-kho.mjs';

const MB = 1e6;
const RUNS = 7;
const SIZES = [1 * MB, 10 * MB];
const isQuick = process.argv.includes('--quick');
const { compileDts, parseDts, printDtsBytes, readFdt, writeFdt } = await loadKho();

const folder = mkdtempSync(path.join(tmpdir(), 'kho-bench-'));
const source = path.join(folder, 'in.dts');
const blob = path.join(folder, 'in.dtb');
const out = path.join(folder, 'out');
const options = { byteOrder: 'big', dtc: true };
try {
  console.log(
    'what                          kho        dtc      ratio   peak memory of the process',
  );
  for (const bytes of SIZES.filter((each) => !isQuick || each <= MB)) measureShape('nested', bytes);
  if (!isQuick) {
    measureLarge('nested, 50 MB', generate({ shape: 'nested', bytes: 50 * MB }));
    measureLarge('wide, 50 MB', generate({ shape: 'wide', bytes: 50 * MB }));
    measureLarge('flat, 100,000 children', children(100_000));
  }
  measureLarge('50,000 levels', `/dts-v1/;\n/ {${'a {'.repeat(50_000)}${'};'.repeat(50_001)}`);
} finally {
  rmSync(folder, { recursive: true });
}

function measureShape(shape, bytes) {
  const text = generate({ shape, bytes });
  writeFileSync(source, text);
  const tree = () => compileDts(parseDts({ path: source, text }).value, options).value;
  const compiled = writeFdt(tree());
  writeFileSync(blob, compiled);
  const label = (what) => `${what} ${shape} ${bytes / MB} MB`;
  compare(label('compile'), () => writeFdt(tree()), `-I dts -O dtb ${source}`);
  const decompile = () => printDtsBytes(readFdt(compiled).value, options);
  compare(label('decompile'), decompile, `-I dtb -O dts ${blob}`);
  const commands = [`dist/kho.mjs compile ${source} -o ${out} --dtc`, `-I dts -O dtb ${source}`];
  const kho = median(times(() => userMs(`node ${commands[0]}`)));
  const dtc = median(times(() => userMs(dtcCommand(commands[1]))));
  row(label('kho compile'), kho, dtc);
}

function compare(label, action, dtcArguments) {
  for (let i = 0; i < RUNS; i++) action();
  const kho = median(times(() => ownUserMs(action)));
  row(label, kho, median(times(() => userMs(dtcCommand(dtcArguments)))));
}

/** Sources at which others give up: it is enough to live, and to say what is wrong if anything. */
function measureLarge(label, text) {
  writeFileSync(source, text);
  const measured = path.join(import.meta.dirname, 'measured.mjs');
  const command = `node --import ${measured} dist/kho.mjs compile ${source} -o ${out} --dtc`;
  const { stderr, status } = spawnSync('bash', ['-c', command], { encoding: 'utf8' });
  const { cpuSeconds, peakMb } = JSON.parse(/^measured (.*)$/m.exec(stderr)?.[1] ?? '{}');
  const said = status === 0 ? '' : (/\b(error|warning): .*/.exec(stderr)?.[0] ?? `exit ${status}`);
  const dtc = userMs(dtcCommand(`-I dts -O dtb ${source}`));
  row(label, cpuSeconds * 1000, dtc, `${peakMb?.toFixed(0)} MiB  ${said}`);
}

function row(label, kho, dtc, more = '') {
  const ratio = Number.isNaN(dtc) ? 'dtc fails' : `${(dtc / kho).toFixed(1)}x`;
  console.log(
    label.padEnd(26),
    `${kho.toFixed(0)} ms`.padStart(9),
    (Number.isNaN(dtc) ? '' : `${dtc.toFixed(0)} ms`).padStart(10),
    ratio.padStart(10),
    more === '' ? '' : `  ${more}`,
  );
}

function dtcCommand(dtcArguments) {
  return `timeout 60 dtc -q ${dtcArguments} -o ${out} 2>/dev/null`;
}

function times(measure) {
  return Array.from({ length: RUNS }, measure);
}

function ownUserMs(action) {
  const before = process.cpuUsage();
  action();
  return process.cpuUsage(before).user / 1000;
}

/** NaN if the command fails. */
function userMs(command) {
  const { stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%U'; time ${command}`], {
    encoding: 'utf8',
  });
  return status === 0 ? Number(stderr.trim().split('\n').at(-1)) * 1000 : Number.NaN;
}

function children(count) {
  const lines = Array.from({ length: count }, (_, i) => `\tnode-${i} {\n\t\ta = <${i}>;\n\t};`);
  return ['/dts-v1/;', '/ {', ...lines, '};', ''].join('\n');
}
