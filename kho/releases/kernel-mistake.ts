// How a mistake of a kernel is in the row of its release, so that it can be put there and be taken
// away: a defect of the list, or a field that later releases have otherwise.
import type { KernelDefect, LiveUpdateRules, Release } from '../release.ts';

export interface KernelMistake {
  isIn(release: Release): boolean;
  /** The row of a kernel of that release that has it, or has it not. */
  set(release: Release, has: boolean): Release;
}

/** One that has a name. */
export function ofDefect(defect: KernelDefect): KernelMistake {
  return {
    isIn: ({ defects }) => defects?.includes(defect) === true,
    set(release, has) {
      const others = (release.defects ?? []).filter((each) => each !== defect);
      return { ...release, defects: has ? [...others, defect] : others };
    },
  };
}

/** One that is a field of the row. */
export function ofRow(
  isIn: (release: Release) => boolean,
  set: (release: Release, has: boolean) => Release,
): KernelMistake {
  return { isIn, set };
}

/** Something that LUO does not do yet. */
export function ofLiveUpdate(rule: keyof LiveUpdateRules): KernelMistake {
  return {
    isIn: ({ liveUpdate }) => liveUpdate?.[rule] === false,
    set: (release, has) =>
      release.liveUpdate === undefined
        ? release
        : { ...release, liveUpdate: { ...release.liveUpdate, [rule]: !has } },
  };
}
