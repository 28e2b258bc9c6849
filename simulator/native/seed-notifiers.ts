// Notifiers of the patch series before 6.16, where drivers write into one FDT from a callback.

/** A struct notifier_block that was registered. */
export interface SeedNotifier {
  /** Where its function is in the program. */
  readonly offset: number;
  /** The address of the struct. */
  readonly block: bigint;
  readonly priority: number;
}

const EEXIST = 17;
const ENOENT = 2;

/** The chain of one kernel, by driver: the engine serializes driver by driver. */
export class SeedNotifiers {
  readonly #byDriver = new Map<string, SeedNotifier[]>();

  /** Those of higher priority first, and else in the order of their registration. */
  of(driver: string): readonly SeedNotifier[] {
    return this.#byDriver.get(driver) ?? [];
  }

  /** register_kho_notifier(): 0 or an error. */
  add(driver: string, notifier: SeedNotifier): number {
    const chain = this.#byDriver.get(driver) ?? [];
    if (chain.some(({ block }) => block === notifier.block)) return -EEXIST;
    const at = chain.findIndex(({ priority }) => priority < notifier.priority);
    chain.splice(at < 0 ? chain.length : at, 0, notifier);
    this.#byDriver.set(driver, chain);
    return 0;
  }

  /** unregister_kho_notifier(): 0 or an error. */
  remove(driver: string, block: bigint): number {
    const chain = this.#byDriver.get(driver) ?? [];
    const at = chain.findIndex((each) => each.block === block);
    if (at < 0) return -ENOENT;
    chain.splice(at, 1);
    return 0;
  }
}
