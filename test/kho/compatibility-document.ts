// The part of docs/releases.md about pairs of releases.
import {
  compare,
  isCompatible,
  RELEASES,
  type Release,
  readerOfRelease,
  type Verdict,
  writerOfRelease,
} from '../../kho/index.ts';
import { code, table } from './markdown.ts';

/** Lines about what a kernel of each release does when one of another hands over to it. */
export function compatibilityMatrix(): string[] {
  const verdictsOf = (a: Release, b: Release): readonly Verdict[] =>
    compare(writerOfRelease(a), readerOfRelease(b));
  const cell = (a: Release, b: Release): string => {
    const verdicts = verdictsOf(a, b);
    const [root, ...states] = verdicts;
    if (isCompatible(verdicts)) return 'yes';
    if (root?.outcome !== 'understood') return root?.outcome ?? '';
    return states.some(({ outcome }) => outcome === 'refused') ? 'parts refused' : 'parts missing';
  };
  const reasons = RELEASES.flatMap((a, i) =>
    [RELEASES[i - 1], RELEASES[i + 1]].flatMap((b) => {
      const bad = b === undefined ? [] : verdictsOf(a, b).filter(isWorthALine);
      return b === undefined || bad.length === 0
        ? []
        : [
            '',
            `**${a.name} to ${b.name}**`,
            '',
            ...bad.map(({ name, what }) => `- ${code(name)}: ${what}`),
          ];
    }),
  );
  return [
    'What `kho compat A B` answers, with everything that a release writes: `yes`, everything is',
    'taken back; `refused`, the next kernel notices and everything is lost; `misread`, it does not',
    'notice; `parts refused` or `parts missing`, some of it is.',
    '',
    ...table(
      ['from ↓ to →', ...RELEASES.map(({ name }) => name)],
      RELEASES.map((a) => [`**${a.name}**`, ...RELEASES.map((b) => cell(a, b))]),
    ),
    '',
    'Between neighbours:',
    ...reasons,
  ];
}

/** What hangs on a root that is not understood goes with it. */
function isWorthALine({ name, outcome }: Verdict): boolean {
  return (
    outcome === 'refused' || outcome === 'missing' || (name === 'root' && outcome === 'misread')
  );
}
