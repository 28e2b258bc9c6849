// What a callback of a handler preserved, and whether another undid it: for findings alone.
import { hexText } from '../../../../kho/index.ts';
import type { CallSite } from '../../../result.ts';
import type { PreservedBlock } from '../preservations.ts';
import { findingAt } from '../state.ts';
import type { LuoEnvironment } from './environment.ts';

/** Whose callbacks are watched. */
interface Owner {
  readonly driver: string;
  /** Where it was registered. */
  readonly site?: CallSite | undefined;
}

export class OpWatch {
  readonly #env: LuoEnvironment;
  readonly #what: string;
  readonly #owner: Owner;
  /** What was preserved while its callbacks ran. */
  readonly blocks: PreservedBlock[] = [];

  constructor(env: LuoEnvironment, what: string, owner: Owner) {
    this.#env = env;
    this.#what = what;
    this.#owner = owner;
  }

  /** Notes what is preserved while `action` runs. */
  async during<Value>(action: () => Promise<Value>): Promise<Value> {
    const { preserver } = this.#env.outgoing;
    const before = preserver.onPreserved;
    preserver.onPreserved = (block) => {
      if (block.by.kind !== 'kho') this.blocks.push(block);
    };
    try {
      return await action();
    } finally {
      preserver.onPreserved = before;
    }
  }

  /** Says what is still preserved although `op` should have undone it, once for each call. */
  reportLeft(op: string, how: string, from = 0): void {
    const { kernel } = this.#env.context;
    const { known } = this.#env.outgoing.preserver;
    const said = new Set<string>();
    for (const { pfn, order, by } of this.blocks.splice(from)) {
      const isLeft = known.at(pfn, order) !== undefined;
      const isHeld = kernel.blocks.at(pfn)?.owner === this.#owner.driver;
      const key = `${by.call} ${by.site?.line}:${by.site?.column}`;
      if (!isLeft && !(by.kind === 'alloc' && isHeld)) continue;
      // That nobody takes it back follows.
      if (isLeft) known.account(pfn, pfn + 1);
      if (said.has(key)) continue;
      said.add(key);
      const at = hexText(kernel.addressOf(pfn));
      findingAt(kernel, by, {
        rule: isLeft ? 'left-preserved' : 'left-allocated',
        severity: isLeft ? 'error' : 'warning',
        message: isLeft
          ? `${op}() of ${this.#what} ${how} and left preserved what ${by.call}() preserved, ` +
            `at ${at}`
          : `${op}() of ${this.#what} ${how} and did not free what ${by.call}() gave, at ${at}`,
        help: 'undo in the opposite order what was done: unpreserve, free',
        ...this.#registered(),
      });
    }
  }

  #registered(): { related?: readonly { message: string; site: CallSite }[] } {
    const { site } = this.#owner;
    return site === undefined ? {} : { related: [{ message: 'it was registered here', site }] };
  }
}
