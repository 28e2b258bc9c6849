// Other circumstances for the same drivers and the same user space, drawn from a seed.
import type { Random } from '../machine/random.ts';
import type { Scenario } from '../scenario/scenario.ts';
import type { RawKernel, RawRam, RawScenario } from './raw-scenario.ts';

/** NUMA nodes that memory is divided among. */
const NODE_COUNTS = [1, 1, 2, 4];
/** A node has at least as much: what KHO sets aside on each must fit. */
const MIN_NODE_BYTES: number = 128 << 20;
/** Seeds of runs are small enough to be typed. */
const MAX_SEED = 1_000_000;

/** The scenario with another seed, order of drivers and shape of its memory. */
export function varied(raw: RawScenario, { machine }: Scenario, random: Random): RawScenario {
  const seed = random.below(MAX_SEED);
  const kernels = raw.kernels.map((kernel) => withOrder(kernel, random));
  const nodes = NODE_COUNTS[random.below(NODE_COUNTS.length)] as number;
  const ram = divided(machine, nodes);
  return { ...raw, seed, kernels, machine: { ...raw.machine, ...(ram && { ram }) } };
}

function withOrder(kernel: RawKernel, random: Random): RawKernel {
  const { drivers } = kernel;
  if (drivers === undefined || drivers.length < 2) return kernel;
  const left = [...drivers];
  const order: string[] = [];
  while (left.length > 0) order.push(...left.splice(random.below(left.length), 1));
  return { ...kernel, drivers: order };
}

/** Each range in as many parts as there are nodes; undefined if it is to stay as it is. */
function divided({ pageBytes, ram }: Scenario['machine'], nodes: number): RawRam[] | undefined {
  const isDivided = ram.some(({ node = 0 }) => node !== 0);
  if (nodes === 1 || isDivided) return undefined;
  // Memory comes and goes in blocks of the largest order.
  const blockBytes = pageBytes * 2 ** 10;
  const parts = ram.flatMap(({ start, sizeBytes }) => {
    const partBytes = Math.floor(sizeBytes / nodes / blockBytes) * blockBytes;
    return Array.from({ length: nodes }, (_, node) => ({
      start: start + node * partBytes,
      size: node === nodes - 1 ? sizeBytes - node * partBytes : partBytes,
      node,
    }));
  });
  return parts.every(({ size }) => size >= MIN_NODE_BYTES) ? parts : undefined;
}
