// Which model a release has: by what its row says of where state is, never by its name.
import type { Release } from '../../kho/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import { MainlineModel } from './mainline/index.ts';
import type { CreateKhoModel, KhoModel } from './model.ts';
import { SeedModel } from './seed/index.ts';

/** KHO of `release` in `kernel`; `previous` is that of the kernel before, for findings alone. */
export const createKhoModel: CreateKhoModel = (
  kernel: Kernel,
  release: Release,
  cmdline: string,
  previous: KhoModel | undefined,
): KhoModel => {
  if (release.subtrees.kind === 'by-reference')
    return new MainlineModel(
      kernel,
      release,
      cmdline,
      previous instanceof MainlineModel ? previous : undefined,
    );
  const before = previous instanceof SeedModel ? previous : undefined;
  return new SeedModel(kernel, release, cmdline, before);
};
