// What all parts of the model share.
import type { KernelDefect, Release } from '../../../kho/index.ts';
import type { Caller, Kernel } from '../../kernel/kernel.ts';
import { siteOf } from '../../kernel/kernel.ts';
import type { Finding } from '../../result.ts';

/** What the kernel itself does, and no driver. */
export const KHO: Caller = { driver: 'kho' };

/** A driver's call of one of KHO's functions. */
export interface CalledBy {
  /** As drivers call it: khoPreserveFolio. */
  readonly call: string;
  readonly caller: Caller;
}

/** The kernel and its row of the releases table. */
export interface Context {
  readonly kernel: Kernel;
  readonly release: Release;
}

/** Whether the kernel has a bug that its release, as it came out, does not have. */
export function hasDefect({ release }: Context, defect: KernelDefect): boolean {
  return release.defects?.includes(defect) === true;
}

/** What the kernel does wrong by itself, at the driver's call in which it does. */
export function kernelBugAt(kernel: Kernel, caller: Caller, message: string): void {
  findingAt(kernel, caller, {
    rule: 'kernel-bug',
    severity: 'error',
    message,
    help: 'the driver is right: docs/bugs.md says which kernels do this',
  });
}

/** The kernel does not survive the call. */
export class Oops extends Error {
  /** What it did wrong by itself; absent if there is a finding already. */
  readonly bug: string | undefined;

  constructor(message: string, bug?: string) {
    super(message);
    this.bug = bug;
  }
}

/** A finding at a driver's call. */
export function findingAt(
  { recorder }: Kernel,
  { driver, site }: Caller,
  finding: Pick<Finding, 'rule' | 'severity' | 'message' | 'help'> &
    Partial<Pick<Finding, 'related'>>,
): void {
  recorder.finding({ driver, ...siteOf(site && { site }), related: [], ...finding });
}

/** `struct page` of pages that the kernel has: what virt_to_page() takes, as a page frame. */
export function directMapPage(kernel: Kernel, address: bigint): number | undefined {
  const offset = address - kernel.directMapBase;
  const physical = Number(offset);
  if (offset < 0n || !kernel.machine.ram.has(physical)) return undefined;
  return kernel.pfnOf(physical);
}
