// Says what was wrong with an address that a driver used: whose it is or was.
import { hexText } from '../../kho/index.ts';
import type { CallSite, Finding } from '../result.ts';
import type { AccessVerb, ForeignAddress } from '../runtime.ts';
import type { Block } from './blocks.ts';
import { heldText, memoryText } from './held-text.ts';
import { type Caller, type Kernel, siteOf } from './kernel.ts';
import { lostMemory } from './lost-memory.ts';
import type { SlabObject } from './slab.ts';
import type { VmArea } from './vmalloc.ts';

type Said = Pick<Finding, 'rule' | 'message' | 'help' | 'related'>;

/** include/linux/err.h. */
const MAX_ERRNO = 4095n;
/** Bytes that memory is filled with by those who watch over it, and what they mean. */
const PATTERNS: readonly (readonly [bigint, string])[] = [
  [0x6b6b6b6b6b6bn, 'what memory holds that was freed'],
  [0xa5a5a5a5a5a5n, 'what memory holds that nobody wrote'],
  [0x5a5a5a5a5a5an, 'what kmalloc() gives and nobody wrote'],
];
/** Of a pointer these are compared with a pattern: its lowest bytes are an offset in a struct. */
const PATTERN_SHIFT = 16n;

/** An address where nothing is mapped. `foreign` is what a runtime knows of it. */
export function reportUnmapped(
  kernel: Kernel,
  address: bigint,
  verb: AccessVerb,
  caller: Caller,
  foreign?: ForeignAddress,
): void {
  if (address < BigInt(kernel.machine.pageBytes)) {
    reportNullUse(kernel, `${hexText(address)} is ${verb}: a NULL pointer`, caller);
    return;
  }
  const said =
    errorSaid(address, verb) ??
    (foreign && foreignSaid(kernel, foreign, verb)) ??
    staleSaid(kernel, address) ??
    // What va() makes of one.
    staleSaid(kernel, BigInt.asUintN(64, address - kernel.directMapBase)) ??
    unknownSaid(kernel, address, verb);
  report(kernel, said, caller);
}

function report(kernel: Kernel, said: Said, caller: Caller): void {
  const { driver } = caller;
  kernel.recorder.finding({ severity: 'error', driver, ...siteOf(caller), ...said });
}

function unownedRule(verb: AccessVerb): string {
  return verb === 'written' ? 'unowned-memory-written' : 'unowned-memory-read';
}

function errorSaid(address: bigint, verb: AccessVerb): Said | undefined {
  const error = 2n ** 64n - address;
  if (error > MAX_ERRNO) return undefined;
  return {
    rule: 'error-pointer',
    message: `ERR_PTR(-${error}) is ${verb}: an error, and no pointer`,
    help: 'look at what returned it with IS_ERR() first',
    related: [],
  };
}

/** Of an address that a runtime knows: in a program, say. */
function foreignSaid(kernel: Kernel, foreign: ForeignAddress, verb: AccessVerb): Said {
  const { what, site } = foreign;
  const related = site === undefined ? [] : [{ message: 'it is this', site }];
  if (foreign.kernel === kernel.number)
    return { rule: unownedRule(verb), message: `${what} is ${verb}`, related };
  return {
    rule: 'stale-pointer',
    message: `a pointer of kernel ${foreign.kernel} is used: there it was ${what}`,
    help: 'hand over what it points to: every kernel has its code and its variables elsewhere',
    related,
  };
}

/** Of a virtual address of an earlier kernel, or undefined if it is none. */
export function staleSaid(kernel: Kernel, address: bigint): Said | undefined {
  for (let each = kernel.previous; each !== undefined; each = each.previous) {
    const whose = `of kernel ${each.number}, not of this one`;
    const message = `${hexText(address)} is a virtual address ${whose}`;
    if (each.isMapped(address)) {
      const physical = Number(address - each.directMapBase);
      const help = 'hand over physical addresses, and use va() on them in the next kernel';
      const held = each.heldAround(physical) ?? each.freedAround(physical);
      return { rule: 'stale-pointer', message, help, related: pointed(each, held) };
    }
    if (!each.vmalloc.isInside(address)) continue;
    const help = 'hand over the area itself: it has another address in every kernel';
    const area = each.vmalloc.around(address) ?? each.vmalloc.goneAround(address);
    return { rule: 'stale-pointer', message, help, related: pointed(each, area) };
  }
  return undefined;
}

function pointed(
  kernel: Kernel,
  held: Block | SlabObject | VmArea | undefined,
): readonly { readonly message: string; readonly site?: CallSite }[] {
  if (held === undefined) return [];
  return [{ message: `it pointed to this: ${heldText(kernel, held)}`, ...siteOf(held) }];
}

function unknownSaid(kernel: Kernel, address: bigint, verb: AccessVerb): Said {
  const rule = unownedRule(verb);
  const pattern = PATTERNS.find(([bytes]) => address >> PATTERN_SHIFT === bytes);
  if (pattern !== undefined)
    return {
      rule,
      message: `${hexText(address)} is ${verb} as if it were an address: it is ${pattern[1]}`,
      help: 'the pointer itself was read from such memory',
      related: [],
    };
  const isPhysical = kernel.machine.ram.has(Number(address));
  return {
    rule,
    message: `${hexText(address)} is not mapped${isPhysical ? ': it is a physical address' : ''}`,
    help: 'drivers use virtual addresses: va() of the physical one',
    related: [],
  };
}

/** A NULL pointer is used, as `message` says. */
export function reportNullUse(kernel: Kernel, message: string, caller: Caller): void {
  const { lastNull } = kernel;
  kernel.recorder.finding({
    rule: 'null-pointer',
    severity: 'error',
    message,
    help: 'whoever returns a pointer may return NULL: look before you use it',
    driver: caller.driver,
    ...siteOf(caller),
    related:
      lastNull?.driver === caller.driver
        ? [{ message: 'this returned NULL', ...siteOf(lastNull) }]
        : [],
  });
}

/** Memory that this kernel does not have, by its physical address. */
export function reportUnowned(
  kernel: Kernel,
  address: number,
  verb: AccessVerb,
  caller: Caller,
): void {
  const freed = kernel.freedAround(address);
  const lost = lostMemory(kernel, address);
  const base = { severity: 'error', driver: caller.driver, ...siteOf(caller) } as const;
  const moved = kernel.movable.movedFrom(kernel.pfnOf(address));
  if (moved !== undefined)
    kernel.recorder.finding({
      ...base,
      rule: 'moved-memory',
      message:
        `memory at ${hexText(address)} is ${verb}, and what was there moved to ` +
        `${hexText(kernel.addressOf(moved.to))} when an image was loaded`,
      help: 'memory that may move has no address to keep: use GFP_KERNEL, or hold it by folioGet()',
      related: [
        {
          message: `it was allocated here: ${memoryText(kernel, moved.from)}`,
          ...siteOf(moved.from),
        },
      ],
    });
  else if (freed !== undefined)
    kernel.recorder.finding({
      ...base,
      rule: 'use-after-free',
      message: `memory at ${hexText(address)} is ${verb} after it was freed`,
      related: [{ message: `it was freed here: ${memoryText(kernel, freed)}`, ...siteOf(freed) }],
    });
  else if (kernel.setAside.has(kernel.pfnOf(address)))
    kernel.recorder.finding({
      ...base,
      rule: 'unowned-memory-written',
      message: `memory at ${hexText(address)} was handed over and is written before it is claimed`,
      help: kernel.words.takeOver,
      related: [],
    });
  else if (lost !== undefined) {
    // However many places then read it: the cause is where it was not handed over.
    const { message, site } = lost.note;
    const cause = `${caller.driver} ${message} ${site?.path}:${site?.line}:${site?.column}`;
    if (site !== undefined && kernel.saidLost.has(cause)) return;
    kernel.saidLost.add(cause);
    kernel.recorder.finding({
      ...base,
      rule: 'memory-not-preserved',
      message:
        `memory at ${hexText(address)} is ${verb}, but kernel ${kernel.previous?.number} did not ` +
        'hand it over: it is gone',
      help: kernel.words.handOver,
      related: [lost.note],
    });
  } else
    kernel.recorder.finding({
      ...base,
      rule: unownedRule(verb),
      message: `memory at ${hexText(address)} is ${verb}, and nobody allocated it in this kernel`,
      related: behind(kernel, address),
    });
}

/** Whose memory ends where the page of an address begins. */
function behind(kernel: Kernel, address: number): Finding['related'] {
  const page = kernel.addressOf(kernel.pfnOf(address));
  const block = page === 0 ? undefined : kernel.blocks.around(kernel.pfnOf(page - 1));
  if (block === undefined || block.site === undefined) return [];
  const message = `it is behind the end of this: ${heldText(kernel, block)}`;
  return [{ message, site: block.site }];
}
