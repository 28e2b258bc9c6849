// kho_preserve_*() and kho_unpreserve_*() of folios and pages: what is put into the set of
// preserved blocks, and what a reviewer would say of it.
import { hexText } from '../../../kho/index.ts';
import { type Caller, type Kernel, siteOf } from '../../kernel/kernel.ts';
import { kernelName } from '../../kernel-names.ts';
import { nodeAt } from '../../machine/machine.ts';
import type { Range } from '../../machine/range-set.ts';
import type { Finding } from '../../result.ts';
import { EBUSY, EINVAL } from './errors.ts';
import {
  type Preservation,
  Preservations,
  type PreservedBlock,
  type PreserveKind,
} from './preservations.ts';
import { type CalledBy, type Context, findingAt, hasDefect, Oops } from './state.ts';
import type { Removal, Tracker } from './tracker.ts';

/** Blocks that a range of pages is split into. */
interface Block {
  readonly pfn: number;
  readonly order: number;
}

export class Preserver {
  readonly #context: Context;
  readonly #tracker: Tracker;
  readonly known: Preservations = new Preservations();
  /** Where the first page of a block was unpreserved. */
  readonly #dropped = new Map<number, Caller>();
  /** First pages of folios that were split while they were preserved. */
  readonly #split = new Set<number>();
  /** First pages of blocks that were preserved once more, and not unpreserved more often since. */
  readonly #twice = new Set<number>();
  /** Set from finalizing to aborting, where nothing may be preserved then. */
  isClosed = false;
  /** Told of every block that is preserved. */
  onPreserved: ((block: PreservedBlock) => void) | undefined;
  /** False while nothing that is preserved would be handed over. */
  isInUse = true;

  constructor(context: Context, tracker: Tracker) {
    this.#context = context;
    this.#tracker = tracker;
    context.kernel.unpreservedAt = (pfn) => this.#dropped.get(pfn);
    context.kernel.accountFor = (pfn) => this.known.account(pfn, pfn + 1);
    context.kernel.preservedAt = (pfn) => this.known.around(pfn)?.by;
    context.kernel.onFree = (block, caller) => {
      const found = this.known.within(block.pfn, block.pfn + 2 ** block.order);
      if (found === undefined || found.by.kind === 'kho' || this.known.isAccounted(found.pfn))
        return;
      this.known.account(found.pfn, found.pfn + 1);
      findingAt(context.kernel, caller, {
        rule: 'freed-while-preserved',
        severity: 'error',
        message: `memory at ${this.#text(found.pfn)} is freed while it is preserved`,
        help: 'unpreserve memory before you free it: KHO takes no reference',
        related: [preservedHere(found.by)],
      });
    };
    context.kernel.onSplit = ({ pfn, order }, caller) => {
      const by = order === 0 ? undefined : this.known.at(pfn, order);
      if (by === undefined || by.kind === 'kho' || this.#split.has(pfn)) return;
      this.#split.add(pfn);
      findingAt(context.kernel, caller, {
        rule: 'split-while-preserved',
        severity: 'error',
        message:
          `the folio of order ${order} at ${this.#text(pfn)} is split while it is preserved: the ` +
          'next kernel gets it back as one',
        help: 'unpreserve it, split it, and preserve each of its parts',
        related: [preservedHere(by)],
      });
    };
  }

  /** One block, as folios are; 0 or a negated error. */
  preserveBlock(pfn: number, order: number, kind: PreserveKind, by: CalledBy): number {
    const error = this.#whyNot(pfn, pfn + 2 ** order, by);
    return error === 0 ? this.#addBlock(pfn, order, kind, by) : error;
  }

  /** Contiguous pages, in the largest blocks there are. */
  preserveRange(start: number, end: number, kind: PreserveKind, by: CalledBy): number {
    return this.#preserve(this.blocksOf(start, end), start, end, kind, by);
  }

  unpreserveBlock(pfn: number, order: number, by: CalledBy): void {
    const removal = this.#tracker.remove(pfn, order);
    if (removal === 'no-page' && hasDefect(this.#context, 'unpreserve-stands-still'))
      this.#standStill(pfn, order, by);
    if (removal !== 'removed') this.#reportUnknown(pfn, order, removal, by);
    else this.#dropped.set(pfn, by.caller);
    this.known.remove(pfn, order);
  }

  /** True, with a finding, if the kernel before preserved the page and nobody restored it. */
  isOfKernelBefore(pfn: number, { call, caller }: CalledBy): boolean {
    const { kernel } = this.#context;
    const related = kernel.setAside.has(pfn) ? (kernel.handedOverAt?.(pfn) ?? []) : [];
    if (related.length === 0) return false;
    findingAt(kernel, caller, {
      rule: 'unpreserved-unknown',
      severity: 'warning',
      message:
        `${call}() of ${this.#text(pfn)}, which kernel ${kernel.number - 1} preserved and nobody ` +
        'has restored',
      help: 'what comes from the kernel before is restored, and then freed like any other memory',
      related,
    });
    return true;
  }

  /** True, with a finding, if the page was unpreserved before, and is nobody's for that. */
  isUnpreservedAgain(pfn: number, { call, caller }: CalledBy): boolean {
    if (this.known.at(pfn, 0) !== undefined || !this.#dropped.has(pfn)) return false;
    findingAt(this.#context.kernel, caller, {
      rule: 'unpreserved-unknown',
      severity: 'warning',
      message:
        `${call}() of a struct kho_vmalloc that was unpreserved before: its first chunk, at ` +
        `${this.#text(pfn)}, was freed by that`,
      help: 'unpreserve an area once for each time that it was preserved',
      related: this.#unpreservedHere(pfn),
    });
    return true;
  }

  /** All that is preserved is not any more, since `caller` has failed. */
  dropAll(caller: Caller): void {
    for (const { pfn } of this.known.blocks()) this.#dropped.set(pfn, caller);
    this.known.clear();
  }

  unpreserveRange(start: number, end: number, by: CalledBy): void {
    const isSplit = !hasDefect(this.#context, 'unpreserve-ignores-nodes');
    for (const { pfn, order } of this.blocksOf(start, end, isSplit))
      this.unpreserveBlock(pfn, order, by);
  }

  /** __kho_preserve_pages_order(): the largest aligned blocks, each in one NUMA node. */
  *blocksOf(start: number, end: number, knowsNodes = true): Generator<Block> {
    const { kernel, release } = this.#context;
    const isSplit = knowsNodes && release.preserve.splitsAtNodes;
    for (let pfn = start; pfn < end; ) {
      const order = orderAt(kernel, pfn, end, isSplit);
      yield { pfn, order };
      pfn += 2 ** order;
    }
  }

  #preserve(
    blocks: Iterable<Block>,
    start: number,
    end: number,
    kind: PreserveKind,
    by: CalledBy,
  ): number {
    const refusal = this.#whyNot(start, end, by);
    if (refusal !== 0) return refusal;
    const done: Block[] = [];
    for (const block of blocks) {
      const error = this.#addBlock(block.pfn, block.order, kind, by);
      if (error !== 0) {
        for (const { pfn, order } of done) {
          this.#tracker.remove(pfn, order);
          this.known.remove(pfn, order);
        }
        return error;
      }
      if (end - start > 2 ** block.order) done.push(block);
    }
    return 0;
  }

  /** Why a range of pages is refused, whatever is in it: 0 or a negated error. */
  #whyNot(start: number, end: number, by: CalledBy): number {
    if (this.isClosed) return -EBUSY;
    const isRefused = this.#isInScratch(start, end, by);
    if (isRefused && this.#context.release.preserve.refusesScratch) return -EINVAL;
    if (!this.isInUse || !this.#tracker.isReady) this.#reportUnused(by);
    return 0;
  }

  #addBlock(pfn: number, order: number, kind: PreserveKind, by: CalledBy): number {
    const error = this.#tracker.add(pfn, order);
    if (error === 0) this.#note(pfn, order, kind, by);
    return error;
  }

  #note(pfn: number, order: number, kind: PreserveKind, by: CalledBy): void {
    const same = this.known.add(pfn, order, kind, by.call, by.caller);
    const other = same === undefined ? this.known.overlapping(pfn, order) : undefined;
    if (same !== undefined) {
      this.#twice.add(pfn);
      findingAt(this.#context.kernel, by.caller, {
        rule: 'preserved-twice',
        severity: 'warning',
        message: `memory at ${this.#text(pfn)} is preserved twice, and KHO does not count`,
        help: 'whoever unpreserves it first takes it from the other; let one of them do both',
        related: [preservedHere(same)],
      });
    }
    if (other !== undefined)
      findingAt(this.#context.kernel, by.caller, {
        rule: 'preserved-overlap',
        severity: 'error',
        message:
          `the block of order ${order} at ${this.#text(pfn)} is preserved, and the block of ` +
          `order ${other.order} at ${this.#text(other.pfn)} that shares pages with it is, too`,
        help: 'the next kernel would take the same pages back twice; preserve each page once',
        related: [preservedHere(other.by)],
      });
    const added = this.onPreserved && this.known.at(pfn, order);
    if (added !== undefined) this.onPreserved?.({ pfn, order, by: added });
    if (this.#dropped.size > 0) this.#dropped.delete(pfn);
  }

  /** True, with the kernel's warning and a finding, if any page is in scratch. */
  #isInScratch(start: number, end: number, { call, caller }: CalledBy): boolean {
    const { kernel, release } = this.#context;
    const [from, to] = [kernel.addressOf(start), kernel.addressOf(end)];
    if (!overlapsAny(kernel.scratch, from, to)) return false;
    if (release.preserve.refusesScratch) kernel.warn(kernelName(call), true);
    const held = kernel.heldAround(from);
    findingAt(kernel, caller, {
      rule: 'preserved-memory-in-scratch',
      severity: 'error',
      message: `memory at ${hexText(from)} is preserved and lies in scratch memory`,
      help: 'the next kernel boots in scratch and overwrites it: preserve GFP_KERNEL memory only',
      related: held === undefined ? [] : [{ message: 'it was allocated here', ...siteOf(held) }],
    });
    return true;
  }

  #reportUnused({ call, caller }: CalledBy): void {
    if (this.isInUse) {
      findingAt(this.#context.kernel, caller, {
        rule: 'preserved-too-early',
        severity: 'error',
        message: `${call}() before kho_init(): there is no tree of preserved blocks yet`,
        help: 'preserve in init(); earlyInit() may take back what was preserved',
      });
      return;
    }
    findingAt(this.#context.kernel, caller, {
      rule: 'kho-disabled',
      severity: 'warning',
      message: `${call}() while KHO is disabled: nothing will be handed over`,
      help: 'ask khoIsEnabled() first; kho=on enables it, if scratch can be reserved',
    });
  }

  #standStill(pfn: number, order: number, { call }: CalledBy): never {
    const what = `${call}() of ${this.#text(pfn)}, a block of order ${order} without a bitmap`;
    throw new Oops(
      'soft lockup - CPU#0 stuck in __kho_unpreserve()',
      `${what}: the kernel never gets past it`,
    );
  }

  #reportUnknown(pfn: number, order: number, removal: Removal, { call, caller }: CalledBy): void {
    const other = this.known.around(pfn);
    // That it was split has been said, and that it stays preserved is what comes of it.
    if (other !== undefined && this.#split.has(other.pfn)) {
      this.known.account(other.pfn, other.pfn + 1);
      return;
    }
    // What was freed while it was preserved is no folio any more, and that was said.
    if (other !== undefined && this.known.isAccounted(other.pfn)) return;
    if (other === undefined && this.#twice.delete(pfn)) return;
    if (this.isOfKernelBefore(pfn, { call, caller })) return;
    const why =
      other === undefined
        ? 'which is not preserved'
        : `which is not preserved as a block of order ${order}, but of order ${other.order} ` +
          `at ${this.#text(other.pfn)}, which stays so`;
    this.known.account(pfn, pfn + 2 ** order);
    const notices = removal === 'no-page' ? 'the kernel warns' : 'the kernel does not notice';
    findingAt(this.#context.kernel, caller, {
      rule: 'unpreserved-unknown',
      severity: 'warning',
      message: `${call}() of ${this.#text(pfn)}, ${why}; ${notices}`,
      help: 'unpreserve what was preserved, once, with the same page and the same number of pages',
      related: other === undefined ? this.#unpreservedHere(pfn) : [preservedHere(other.by)],
    });
  }

  #unpreservedHere(pfn: number): Finding['related'] {
    const dropped = this.#dropped.get(pfn);
    return dropped === undefined
      ? []
      : [{ message: 'it was unpreserved here', ...siteOf(dropped) }];
  }

  #text(pfn: number): string {
    return hexText(this.#context.kernel.addressOf(pfn));
  }
}

/** Of the largest block that begins there and is aligned, and, if asked for, in one NUMA node. */
export function orderAt(
  { machine }: Kernel,
  pfn: number,
  end: number,
  isInOneNode: boolean,
): number {
  let order = Math.floor(Math.log2(end - pfn));
  while (pfn % 2 ** order !== 0) order -= 1;
  if (!isInOneNode || machine.nodes.length === 1) return order;
  const nodeOf = (page: number): number | undefined => nodeAt(machine, page * machine.pageBytes);
  while (order > 0 && nodeOf(pfn) !== nodeOf(pfn + 2 ** order - 1)) order -= 1;
  return order;
}

function overlapsAny(ranges: readonly Range[], from: number, to: number): boolean {
  for (const { start, end } of ranges) if (from < end && start < to) return true;
  return false;
}

export function preservedHere(
  by: Preservation,
  kernel?: number,
): {
  message: string;
  site?: NonNullable<Preservation['site']>;
} {
  const whose = kernel === undefined ? '' : `, by kernel ${kernel}`;
  return { message: `it was preserved here${whose}, with ${by.call}()`, ...siteOf(by) };
}
