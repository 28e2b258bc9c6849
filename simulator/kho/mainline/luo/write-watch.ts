// Whether what user space writes to a file after it was preserved is handed over: for findings
// alone. Until the jump a file is used as ever; what of it is not in memory that is preserved has
// to be written down in freeze().
import type { OpenFile } from '../../../kernel/open-file.ts';
import { findingAt } from '../state.ts';
import type { LuoEnvironment } from './environment.ts';
import type { FileHandler, OpArguments } from './file-handler.ts';
import type { OpWatch } from './op-watch.ts';

/** Of files that preserve more nothing is said: all of it would have to be compared. */
const MAX_COMPARED_BYTES: number = 1 << 20;

/** All that the next kernel will have of a file. */
interface HandedOver {
  readonly serializedData: bigint;
  readonly blocks: number;
  readonly bytes: readonly Uint8Array[];
}

export class WriteWatch {
  readonly #env: LuoEnvironment;
  readonly #ops: OpWatch;
  readonly #args: OpArguments;
  /** When user space first wrote to the file. */
  #before: HandedOver | undefined;

  /** From here on writes count. `ops` has what the handler preserved for the file. */
  constructor(env: LuoEnvironment, file: OpenFile, ops: OpWatch, args: OpArguments) {
    this.#env = env;
    this.#ops = ops;
    this.#args = args;
    file.beforeWrite = () => {
      this.#before ??= this.#now();
    };
  }

  /** All files are frozen: says so if a file was written to and nothing came of it. */
  report({ compatible, driver, site }: FileHandler): void {
    const before = this.#before;
    const now = before && this.#now();
    if (before === undefined || now === undefined || !isSame(before, now)) return;
    findingAt(
      this.#env.context.kernel,
      { driver, ...(site && { site }) },
      {
        rule: 'written-after-preserve',
        severity: 'warning',
        message:
          `a file of ${compatible} was written to after preserve(), and nothing that is handed ` +
          'over has changed since: the next kernel has it as it was',
        help: 'write down in freeze() what user space can still change after preserve()',
      },
    );
  }

  #now(): HandedOver | undefined {
    const { kernel } = this.#env.context;
    const { memory, pageBytes } = kernel.machine;
    const { blocks } = this.#ops;
    const sizeOf = (order: number): number => pageBytes * 2 ** order;
    if (blocks.reduce((sum, { order }) => sum + sizeOf(order), 0) > MAX_COMPARED_BYTES)
      return undefined;
    return {
      serializedData: this.#args.serializedData,
      blocks: blocks.length,
      bytes: blocks.map(({ pfn, order }) => memory.read(kernel.addressOf(pfn), sizeOf(order))),
    };
  }
}

function isSame(a: HandedOver, b: HandedOver): boolean {
  return (
    a.serializedData === b.serializedData &&
    a.blocks === b.blocks &&
    a.bytes.every((bytes, index) => {
      const others = b.bytes[index];
      return bytes.every((byte, at) => byte === others?.[at]);
    })
  );
}
