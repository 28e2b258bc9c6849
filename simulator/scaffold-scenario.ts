// The scenario that every driver to begin with comes with: it counts, hands over, and looks.
import type { Release } from '../kho/index.ts';

/** The driver as its scenario calls it. */
export interface ScaffoldedDriver {
  readonly name: string;
  /** The file it is in. */
  readonly file: string;
  /** Functions of it: the workload of the first kernel, and what the second is asked. */
  readonly count: string;
  readonly verify: string;
}

/** Without `release`, of the series of January 2024. */
export function scaffoldScenario(
  { name, file, count, verify }: ScaffoldedDriver,
  release?: Release,
): string {
  const kernel = (steps: readonly object[]): object => ({
    release: release?.name ?? 'seed',
    cmdline: release === undefined ? 'kho_scratch=64M' : 'kho=on kho_scratch=32M,32M,32M',
    drivers: [file],
    steps,
  });
  const files = release?.userFiles.filter(({ path }) => path.endsWith('/finalize'));
  const asks = files?.map(({ path }) => path) ?? ['/sys/kernel/kho/active'];
  const scenario = {
    title: `The counters of ${name}, over one kexec`,
    seed: 1,
    bindings: ['.'],
    machine: { arch: 'x86_64', ram: [{ start: '0', size: '512M' }] },
    kernels: [
      kernel([
        { call: name, function: count },
        ...asks.map((write) => ({ write, data: '1' })),
        { kexecLoad: { kernel: '16M', initrd: '8M' } },
        { kexec: {} },
      ]),
      kernel([{ call: name, function: verify }]),
    ],
    expect: { findings: [] },
  };
  return `${JSON.stringify(scenario, null, 2)}\n`;
}
