// Where the memory of a machine is: which of its pages memfds have, run by run, and where its
// kernel keeps what it hands over. From a seed.

/** A generator of whole numbers (xorshift32 over a counter), the same on every platform. */
export function numbers(seed) {
  let state = seed >>> 0 || 1;
  return (limit) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return Math.floor(((state >>> 0) / 2 ** 32) * limit);
  };
}

const PAGE_BYTES = 4096;
export const NODES = 4;
/** Of each node: scratch and what booted there below, the kernel's own memory at the top. */
const LOW_BYTES = 2 ** 30;
const KERNEL_SHARE = 1 / 32;
/** Of ten runs one is a single block of a higher order. */
const LARGE_BLOCKS_ONE_IN = 10;

/** The parts of `ramBytes` of memory, in pages. */
export function layOut(ramBytes) {
  const nodePages = ramBytes / NODES / PAGE_BYTES;
  const lowPages = Math.min(LOW_BYTES / PAGE_BYTES, nodePages / 8);
  const kernelPages = Math.floor((nodePages * KERNEL_SHARE) / 512) * 512;
  return Array.from({ length: NODES }, (_, id) => {
    const start = id * nodePages;
    const end = start + nodePages;
    const kernel = end - kernelPages;
    return { id, start, end, users: start + lowPages, kernel };
  });
}

/**
 * Runs of `folios` folios: `pfn` ascending, `count` blocks of `order`, spread over what users may
 * have. Run lengths go from 1 to `longestRun`, short ones as likely as long ones on a log scale.
 */
export function runsOf(folios, nodes, longestRun, seed) {
  const next = numbers(seed);
  const runs = { pfn: [], count: [], order: [] };
  let left = folios;
  for (const [i, { users, kernel }] of nodes.entries()) {
    const share = Math.ceil(left / (nodes.length - i));
    const lengths = [];
    for (let rest = share; rest > 0; ) {
      const isLarge = next(LARGE_BLOCKS_ONE_IN) === 0;
      const order = isLarge ? 1 + next(9) : 0;
      const count = isLarge ? 1 : Math.min(rest, lengthOf(longestRun, next));
      lengths.push([count, order]);
      rest -= count;
    }
    const used = lengths.reduce((sum, [count, order]) => sum + (count + 1) * 2 ** order, 0);
    // Nine tenths of what is left: gaps are of chance, and their sum is.
    const spare = Math.floor((0.9 * (kernel - users - used)) / lengths.length);
    if (spare < 1) throw new Error(`${folios} folios do not fit`);
    let at = users;
    for (const [count, order] of lengths) {
      at += 1 + next(2 * spare - 1);
      at = Math.ceil(at / 2 ** order) * 2 ** order;
      runs.pfn.push(at);
      runs.count.push(count);
      runs.order.push(order);
      at += count * 2 ** order;
      if (at > kernel) throw new Error('the runs of a node go on behind its end: another seed');
    }
    left -= share;
  }
  return runs;
}

function lengthOf(longest, next) {
  return Math.max(1, Math.floor(longest ** (next(2 ** 20) / 2 ** 20)));
}

/** The numbers below `count` in an order of chance: which part of a file is where in memory. */
export function shuffled(count, seed) {
  const next = numbers(seed);
  const order = Uint32Array.from({ length: count }, (_, i) => i);
  for (let i = count - 1; i > 0; i--) {
    const j = next(i + 1);
    const kept = order[i];
    order[i] = order[j];
    order[j] = kept;
  }
  return order;
}
