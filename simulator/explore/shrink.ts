// Makes a scenario that fails as small as it can be and still fail in the same way.
import { parseSize } from '../scenario/sizes.ts';
import {
  driverName,
  type RawKernel,
  type RawRam,
  type RawScenario,
  type RawStep,
} from './raw-scenario.ts';

/** Tries of one shrinking; what is there then is small enough. */
export const MAX_SHRINK_RUNS = 1000;
/** No kernel of ours boots with less. */
const MIN_RAM_BYTES: number = 64 << 20;

export interface Shrunk {
  readonly scenario: RawScenario;
  readonly runs: number;
}

/** Leaves out whatever `stillFails` allows, until nothing more can be left out. */
export async function shrink(
  scenario: RawScenario,
  stillFails: (candidate: RawScenario) => Promise<boolean>,
): Promise<Shrunk> {
  let smallest = scenario;
  let runs = 0;
  for (let isSmaller = true; isSmaller; ) {
    isSmaller = false;
    // After a success the same index is another thing.
    for (const pass of PASSES)
      for (let index = 0; runs < MAX_SHRINK_RUNS; ) {
        const candidates = pass(smallest);
        const candidate = candidates[index];
        if (candidate === undefined) break;
        runs += 1;
        if (await stillFails(candidate)) {
          smallest = candidate;
          isSmaller = true;
        } else index += 1;
      }
  }
  return { scenario: smallest, runs };
}

/** Smaller scenarios of one kind, the boldest first. */
type Pass = (scenario: RawScenario) => readonly RawScenario[];

const PASSES: readonly Pass[] = [
  withoutKernels,
  withoutFaults,
  withoutDrivers,
  withoutSteps,
  withLowerCounts,
  withLessMemory,
  withSimplerSeed,
];

function withoutKernels(scenario: RawScenario): RawScenario[] {
  const { kernels, faults } = scenario;
  if (kernels.length === 1) return [];
  return kernels
    .map((_, gone) => {
      const left = kernels.filter((_kernel, index) => index !== gone);
      return {
        ...scenario,
        // The last kernel jumps nowhere.
        kernels: left.map((kernel, index) =>
          index === left.length - 1 ? withoutJump(kernel) : kernel,
        ),
        ...(faults && {
          faults: faults
            .filter(({ kernel }) => kernel !== gone + 1)
            .map((fault) =>
              fault.kernel > gone + 1 ? { ...fault, kernel: fault.kernel - 1 } : fault,
            ),
        }),
      };
    })
    .reverse();
}

function withoutJump(kernel: RawKernel): RawKernel {
  const { steps } = kernel;
  return { ...kernel, steps: steps?.filter(({ kexec }) => kexec === undefined) ?? [] };
}

function withoutFaults(scenario: RawScenario): RawScenario[] {
  const { faults = [] } = scenario;
  return faults.map((_, gone) => ({
    ...scenario,
    faults: faults.filter((_fault, index) => index !== gone),
  }));
}

/** Each driver in all kernels at once, then in one kernel alone. */
function withoutDrivers(scenario: RawScenario): RawScenario[] {
  const paths = [...new Set(scenario.kernels.flatMap(({ drivers = [] }) => drivers))];
  const everywhere = paths.map((path) => withoutDriver(scenario, path, () => true));
  const once = scenario.kernels.flatMap(({ drivers = [] }, at) =>
    drivers.map((path) => withoutDriver(scenario, path, (index) => index === at)),
  );
  return [...everywhere, ...once];
}

function withoutDriver(
  scenario: RawScenario,
  path: string,
  isIn: (kernel: number) => boolean,
): RawScenario {
  const name = driverName(path);
  return {
    ...scenario,
    kernels: scenario.kernels.map((kernel, index) =>
      isIn(index)
        ? withSteps(
            { ...kernel, drivers: (kernel.drivers ?? []).filter((each) => each !== path) },
            kernel.steps?.filter(({ call }) => call !== name),
          )
        : kernel,
    ),
    ...(scenario.faults && {
      faults: scenario.faults.filter(({ driver, kernel }) => driver !== name || !isIn(kernel - 1)),
    }),
  };
}

function withSteps(kernel: RawKernel, steps: readonly RawStep[] | undefined): RawKernel {
  return steps === undefined ? kernel : { ...kernel, steps };
}

function withoutSteps(scenario: RawScenario): RawScenario[] {
  return scenario.kernels.flatMap(({ steps = [] }, at) =>
    steps.flatMap(({ kexec }, gone) => {
      if (kexec !== undefined) return [];
      const left = steps.filter((_, index) => index !== gone);
      return [withKernel(scenario, at, { steps: left })];
    }),
  );
}

function withLowerCounts(scenario: RawScenario): RawScenario[] {
  return scenario.kernels.flatMap(({ steps = [] }, at) =>
    steps.flatMap((step, index) => {
      const { count = 1 } = step;
      const lower = [...new Set([1, Math.floor(count / 2), count - 1])];
      return lower
        .filter((each) => each >= 1 && each < count)
        .map((each) => {
          const changed = steps.map((other, i) =>
            i === index ? { ...other, count: each } : other,
          );
          return withKernel(scenario, at, { steps: changed });
        });
    }),
  );
}

/** One node, one range, half of a range. */
function withLessMemory(scenario: RawScenario): RawScenario[] {
  const ram = scenario.machine?.ram ?? [];
  const withRam = (changed: readonly RawRam[]): RawScenario => ({
    ...scenario,
    machine: { ...scenario.machine, ram: changed },
  });
  const isDivided = ram.some(({ node = 0 }) => node !== 0);
  const onOneNode = isDivided ? [withRam(ram.map(({ start, size }) => ({ start, size })))] : [];
  const without =
    ram.length > 1 ? ram.map((_, gone) => withRam(ram.filter((_each, i) => i !== gone))) : [];
  const halves = ram.flatMap((range, at) => {
    const bytes = Math.floor((parseSize(range.size) ?? 0) / 2);
    if (bytes < MIN_RAM_BYTES) return [];
    return [
      withRam(ram.map((each, i) => (i === at ? { ...range, size: `${bytes >> 20}M` } : each))),
    ];
  });
  return [...onOneNode, ...without, ...halves];
}

function withSimplerSeed(scenario: RawScenario): RawScenario[] {
  return (scenario.seed ?? 1) === 1 ? [] : [{ ...scenario, seed: 1 }];
}

function withKernel(scenario: RawScenario, at: number, change: Partial<RawKernel>): RawScenario {
  const kernels = scenario.kernels.map((kernel, index) =>
    index === at ? { ...kernel, ...change } : kernel,
  );
  return { ...scenario, kernels };
}
