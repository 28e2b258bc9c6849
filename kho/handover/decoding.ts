// What every decoder of a handover is given and reports to.
import type { ByteOrder, Issue, Related } from '../../fdt/index.ts';
import { hexText } from '../describe/number.ts';
import type { HandoverImage, PhysicalMemory } from '../image/handover-image.ts';
import type { Rule } from '../rules/rule.ts';
import { IMAGE_MISSING_MEMORY } from './rules.ts';

/** A place in physical memory and what it is part of. */
export interface MemoryPlace {
  readonly address: number;
  readonly lengthBytes?: number;
  /** By the name that `kho extract` takes or the path of a node: `LUO/test-session`. */
  readonly of?: string;
}

export interface Decoding {
  readonly memory: PhysicalMemory;
  readonly byteOrder: ByteOrder;
  readonly pageBytes: number;
  readonly pageShift: number;
  report(
    rule: Rule,
    place: MemoryPlace | undefined,
    message: string,
    more?: { readonly help?: string; readonly related?: readonly Related[] },
  ): void;
  /** True if read() gives nothing any more: whoever goes on after missing memory must stop. */
  readonly isExhausted: boolean;
  /**
   * The bytes at `address`, or undefined if the image lacks any of them, which is noted once as a
   * fact about `what`, or if so much was read already that this must be a trap.
   */
  read(address: number, lengthBytes: number, what: string): Uint8Array | undefined;
}

/** No architecture that hands over has physical addresses of more bits. */
export const PHYSICAL_ADDRESS_LIMIT: number = 2 ** 52;
/**
 * Bytes that are read of one handover: the lists of 64 million folios. Lists that share their parts
 * would else be read as often as they are named, which a small image can do for days.
 */
const MAX_READ_BYTES: number = 2 ** 30;
/** What a read counts for at least; most are of memory that is missing then. */
const LEAST_READ_BYTES = 64;
/** Issues of one rule that are said one by one; the rest is counted. */
const MAX_ISSUES_OF_A_RULE = 100;

/** A Decoding with the issues that were reported to it. */
export interface Decoder extends Decoding {
  /** Everything reported so far; facts about missing memory last. */
  issues(): readonly Issue[];
}

export function createDecoder(
  image: Pick<HandoverImage, 'memory' | 'byteOrder' | 'pageSizeBytes'>,
  path: string,
): Decoder {
  const { memory, byteOrder, pageSizeBytes: pageBytes } = image;
  const issues: Issue[] = [];
  const counts = new Map<Rule, number>();
  const missing = new Map<string, { count: number; first: number }>();
  let readBytes = 0;
  const place = ({ address, lengthBytes = 0, of }: MemoryPlace): Pick<Issue, 'blob'> => ({
    blob: { path, offset: address, lengthBytes, ...(of === undefined ? {} : { node: of }) },
  });
  const decoder: Decoder = {
    memory,
    byteOrder,
    pageBytes,
    pageShift: Math.log2(pageBytes),
    report(rule, at, message, more) {
      const count = (counts.get(rule) ?? 0) + 1;
      counts.set(rule, count);
      if (count > MAX_ISSUES_OF_A_RULE) return;
      const where = at === undefined ? { blob: { path, offset: 0, lengthBytes: 0 } } : place(at);
      issues.push({ rule: rule.name, severity: rule.severity, message, ...where, ...more });
    },
    get isExhausted() {
      return readBytes > MAX_READ_BYTES;
    },
    read(address, lengthBytes, what) {
      readBytes += Math.max(lengthBytes, LEAST_READ_BYTES);
      if (readBytes > MAX_READ_BYTES) return undefined;
      const bytes = memory.read(BigInt(address), lengthBytes);
      if (bytes !== undefined) return bytes;
      const known = missing.get(what);
      if (known === undefined) missing.set(what, { count: 1, first: address });
      else known.count += 1;
      return undefined;
    },
    issues() {
      const { name, severity } = IMAGE_MISSING_MEMORY;
      const facts = [...missing].map(([what, { count, first }]): Issue => {
        const more = count === 1 ? '' : ` and ${count - 1} more`;
        const message = `the image lacks ${what} at ${hexText(first)}${more}`;
        return { rule: name, severity, message, ...place({ address: first }) };
      });
      const rest = [...counts].flatMap(([rule, count]): Issue[] => {
        if (count <= MAX_ISSUES_OF_A_RULE) return [];
        const message = `${count - MAX_ISSUES_OF_A_RULE} more of ${rule.name} are not shown`;
        return [{ rule: rule.name, severity: rule.severity, message, blob: atStart(path) }];
      });
      const limits: Issue[] = readBytes > MAX_READ_BYTES ? [exhausted(path)] : [];
      return [...issues, ...rest, ...facts, ...limits];
    },
  };
  return decoder;
}

function exhausted(path: string): Issue {
  return {
    rule: 'limit-exceeded',
    severity: 'warning',
    message:
      'the lists of this handover name more than 1 GiB, or the same again and again: ' +
      'the rest of them is not read',
    blob: atStart(path),
  };
}

function atStart(path: string): { path: string; offset: number; lengthBytes: number } {
  return { path, offset: 0, lengthBytes: 0 };
}
