// How long `kho compile --dtc` takes, as a ratio to `dtc` on the same input in the same run. Both
// are whole processes; the figure is user and system CPU time, the median of several runs.
//   node scripts/build.mjs && node bench/compile.mjs
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { nestedSource } from './generate.mjs';

const RUNS = 5;
const SIZES_MB = [0.004, 1, 4];
const folder = mkdtempSync(path.join(tmpdir(), 'kho-bench-'));
const input = path.join(folder, 'in.dts');
const ours = path.join(folder, 'kho.dtb');
const theirs = path.join(folder, 'dtc.dtb');

/** CPU seconds of one run, through the shell's own accounting of its children. */
function cpuSeconds(command) {
  const { stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time ${command}`], {
    encoding: 'utf8',
  });
  if (status !== 0) throw new Error(`${command}: ${stderr}`);
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return user + system;
}

function median(values) {
  return values.sort((a, b) => a - b)[values.length >> 1];
}

console.log('input      kho compile --dtc   dtc      ratio');
for (const megabytes of SIZES_MB) {
  writeFileSync(input, nestedSource(megabytes * 1e6));
  const kho = [];
  const dtc = [];
  for (let run = 0; run < RUNS; run++) {
    kho.push(cpuSeconds(`node dist/kho.mjs compile ${input} -o ${ours} --dtc 2>/dev/null`));
    dtc.push(cpuSeconds(`timeout 60 dtc -q -I dts -O dtb ${input} -o ${theirs} 2>/dev/null`));
  }
  const same = readFileSync(ours).equals(readFileSync(theirs));
  const [a, b] = [median(kho), median(dtc)];
  const size = `${megabytes} MB`.padEnd(10);
  const ratio = b > 0 ? (a / b).toFixed(1) : 'n/a';
  console.log(
    `${size} ${a.toFixed(3)} s             ${b.toFixed(3)} s  ${ratio}`,
    same ? '' : 'DIFFERENT BYTES',
  );
}
rmSync(folder, { recursive: true });
