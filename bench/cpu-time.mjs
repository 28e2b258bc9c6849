// What processes have used of the CPU, from Linux's own accounting.
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Milliseconds that all threads of a process have run, in user space and in the kernel. */
export function cpuMsOf(pid) {
  let nanoseconds = 0;
  for (const task of readdirSync(`/proc/${pid}/task`)) {
    const [ran] = readFileSync(`/proc/${pid}/task/${task}/schedstat`, 'utf8').split(' ');
    nanoseconds += Number(ran);
  }
  return nanoseconds / 1e6;
}

/** MiB that a process has in memory now. */
export function residentMib(pid) {
  const [, kib] = /VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8')) ?? [];
  return Number(kib) / 1024;
}

/** CPU milliseconds of one run of a command, user and system; NaN if it fails. */
export function cpuMsOfCommand(command) {
  const { stderr, status } = spawnSync('bash', ['-c', `TIMEFORMAT='%U %S'; time ${command}`], {
    encoding: 'utf8',
  });
  if (status !== 0) return Number.NaN;
  const [user, system] = stderr.trim().split('\n').at(-1).split(' ').map(Number);
  return (user + system) * 1000;
}

export function quantile(numbers, q) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * q))];
}

export function median(numbers) {
  return quantile(numbers, 0.5);
}
