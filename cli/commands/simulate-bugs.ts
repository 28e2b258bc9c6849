import {
  kernelBugOf,
  releaseNamed,
  whyNotMended,
  whyNotWithBug,
  withKernelBugs,
} from '../../kho/index.ts';
import type { Scenario } from '../../simulator/index.ts';
import { UnusableInput } from '../input.ts';

/**
 * What to say of `--kernel-bug` and `--kernel-fix`: the kernels for which one of them changes
 * nothing. One that changes nothing for any kernel is a mistake of who asks for it.
 */
export function checkKernelBugs(
  { kernels }: Scenario,
  options: { readonly kernelBug?: readonly string[]; readonly kernelFix?: readonly string[] },
): readonly string[] {
  const { kernelBug = [], kernelFix = [] } = options;
  const both = kernelBug.find((id) => kernelFix.includes(id));
  if (both !== undefined) throw new UnusableInput(`--kernel-bug ${both} and --kernel-fix ${both}`);
  const bugs = kernelBug.flatMap((id) =>
    notesOf(`--kernel-bug ${id}`, kernels, ({ release }) => {
      const bug = kernelBugOf(id);
      return bug && whyNotWithBug(release, bug);
    }),
  );
  const fixes = kernelFix.flatMap((id) =>
    notesOf(`--kernel-fix ${id}`, kernels, ({ release, kernelBugs }) => {
      const [bug, row] = [kernelBugOf(id), releaseNamed(release)];
      return bug && row && whyNotMended(withKernelBugs(row, kernelBugs), bug);
    }),
  );
  return [...bugs, ...fixes];
}

function notesOf(
  option: string,
  kernels: Scenario['kernels'],
  whyNot: (kernel: Scenario['kernels'][number]) => string | undefined,
): readonly string[] {
  const notes = kernels.flatMap((kernel, index) => {
    const why = whyNot(kernel);
    return why === undefined ? [] : [`kernel ${index + 1}: ${why}`];
  });
  if (notes.length < kernels.length) return notes.map((note) => `${option}: ${note}`);
  const [first = ''] = notes;
  const isSame = new Set(kernels.map(({ release }) => release)).size === 1;
  // The text after the kernel's number says it for all of them.
  throw new UnusableInput(
    `${option}: ${isSame ? first.replace(/^[^:]*: /, '') : notes.join('; ')}`,
  );
}
