// What a driver that reported a failure left behind: memory, preservations, registrations.
import { hexText, sizeText } from '../../kho/index.ts';
import { type Kernel, siteOf } from '../kernel/kernel.ts';
import type { KhoModel, LeftInKho } from '../kho/model.ts';
import type { CallSite } from '../result.ts';
import type { Faults } from './faults.ts';
import { placeOf } from './recorder.ts';

/** What a driver has at one time. */
export interface Holdings {
  readonly memory: ReadonlySet<number>;
  readonly inKho: ReadonlySet<string>;
}

const NOTHING: Holdings = { memory: new Set(), inKho: new Set() };

/** What a driver has now. */
export function holdingsOf(driver: string, kernel: Kernel, kho: KhoModel): Holdings {
  return {
    memory: new Set([...kernel.heldBy(driver)].map(({ address }) => address)),
    inKho: new Set([...kho.leftBy(driver)].map(keyOf)),
  };
}

/**
 * Makes findings of what a driver has since `before`, after `callback` of it failed. A driver
 * whose initcall failed is gone, and what it has with it; any other lives on.
 */
export function reportLeftovers(
  driver: string,
  callback: string,
  kernel: Kernel,
  kho: KhoModel,
  before: Holdings = NOTHING,
): void {
  const preserved = new Set<number>();
  for (const left of kho.leftBy(driver)) {
    if (left.kind === 'preserved') preserved.add(left.address);
    if (before.inKho.has(keyOf(left))) continue;
    reportInKho(left, driver, callback, kernel);
    if (left.kind === 'preserved') kho.accountFor(left.address);
  }
  const isGone = before === NOTHING;
  const sums = new Map<string, { bytes: number; blocks: number; site?: CallSite }>();
  for (const { address, sizeBytes, site } of kernel.heldBy(driver)) {
    // What is preserved was said to be; it has to be freed as well.
    if (before.memory.has(address) || preserved.has(address)) continue;
    const key = placeOf(site);
    const sum = sums.get(key) ?? { bytes: 0, blocks: 0, ...siteOf(site && { site }) };
    sums.set(key, { ...sum, bytes: sum.bytes + sizeBytes, blocks: sum.blocks + 1 });
  }
  for (const { bytes, blocks, site } of sums.values())
    kernel.recorder.finding({
      rule: 'left-allocated',
      severity: isGone ? 'error' : 'warning',
      message:
        `${callback}() of ${driver} failed and left allocated what it allocated here: ` +
        `${blocks === 1 ? 'a block' : `${blocks} blocks`} of ${sizeText(BigInt(bytes))}`,
      help: 'free in the error path what was allocated before the call that failed',
      driver,
      ...siteOf(site && { site }),
      related: [],
    });
}

function reportInKho(left: LeftInKho, driver: string, callback: string, kernel: Kernel): void {
  const base = { severity: 'error', driver, ...siteOf(left), related: [] } as const;
  const failed = `${callback}() of ${driver} failed and left`;
  if (left.kind === 'preserved')
    kernel.recorder.finding({
      ...base,
      rule: 'left-preserved',
      message: `${failed} preserved what ${left.call}() preserved, at ${hexText(left.address)}`,
      help: 'undo in the opposite order what was done: remove the subtree, unpreserve, free',
    });
  else
    kernel.recorder.finding({
      ...base,
      rule: 'left-registered',
      message:
        left.kind === 'subtree'
          ? `${failed} the subtree ${left.name} in the root FDT`
          : `${failed} its notifier ${left.name}() registered`,
      help:
        left.kind === 'subtree'
          ? 'remove it with khoRemoveSubtree() in the error path'
          : 'register it last, or unregister it with unregisterKhoNotifier() in the error path',
    });
}

function keyOf(left: LeftInKho): string {
  return left.kind === 'preserved' ? `${left.address}` : `${left.kind} ${left.name}`;
}

/** Callbacks that nobody undoes: those who fail leave nothing, whatever they fail of. */
const UNDO_THEMSELVES: ReadonlySet<string> = new Set([
  'file_handler.preserve',
  'file_handler.retrieve',
]);

/**
 * Watches callbacks in which a call is made to fail, and those that undo themselves, for what they
 * leave when they fail.
 */
export class FailureWatch {
  readonly #kernel: Kernel;
  readonly #kho: KhoModel;
  readonly #faults: Faults;
  #failed: { readonly driver: string; readonly callback: string; readonly had: Holdings }[] = [];
  #injectedBefore = 0;
  #had: Holdings | undefined;

  constructor(kernel: Kernel, kho: KhoModel, faults: Faults) {
    this.#kernel = kernel;
    this.#kho = kho;
    this.#faults = faults;
  }

  /** A callback is about to run. */
  begin(driver: string, callback: string): void {
    this.#injectedBefore = this.#faults.injected.length;
    const isWatched = this.#faults.isArmed || UNDO_THEMSELVES.has(callback);
    this.#had = isWatched ? holdingsOf(driver, this.#kernel, this.#kho) : undefined;
  }

  /** The callback has returned. */
  end(driver: string, callback: string, isFailure: boolean): void {
    const wasHit = this.#faults.injected.length > this.#injectedBefore;
    if (isFailure && (wasHit || UNDO_THEMSELVES.has(callback)) && this.#had !== undefined)
      this.#failed.push({ driver, callback, had: this.#had });
  }

  /** What the kernel does about failures is done: says what they left. */
  report(): void {
    for (const { driver, callback, had } of this.#failed)
      reportLeftovers(driver, callback, this.#kernel, this.#kho, had);
    this.forget();
  }

  /** Failures up to now were looked at otherwise. */
  forget(): void {
    this.#failed = [];
  }
}
