// Whether the release has what is called.
import { NEWEST_RELEASE, RELEASES, type Release, type Rule } from '../../kho/index.ts';
import { historyOf, parametersOf, versionIn } from '../knowledge/calls.ts';
import type { CallExpression } from '../syntax/expression.ts';
import type { CFunction } from '../syntax/functions.ts';
import type { FileContext, PlacedCall } from './file-context.ts';
import type { RangeFix } from './rule.ts';

const API_RELEASE: Rule = {
  name: 'api-release',
  severity: 'error',
  what: 'The release has every function that is called, with as many arguments',
};

export const API_RULES: readonly Rule[] = [API_RELEASE];

/** Reports calls that the release does not know. */
export function checkCalls({ calls, defined, release, reportIn }: FileContext): void {
  for (const { call, fn, isConditional } of calls) {
    // Text that is only there for some kernels may be there for those.
    if (isConditional) continue;
    const { name = '' } = call;
    const misfit = defined.has(name) ? undefined : misfitOf(call.args.length, name, release);
    if (misfit === undefined) continue;
    const { message, help } = misfit;
    const fixes = repairs(call, fn, release);
    reportIn(fn)(API_RELEASE, call.callee, message, { help, fixes });
  }
}

interface Misfit {
  readonly message: string;
  readonly help: string;
}

function misfitOf(count: number, name: string, release: Release): Misfit | undefined {
  const history = historyOf(name);
  if (history === undefined) return undefined;
  const version = versionIn(history, release.name);
  const all = history.versions.map(
    ({ releases, signature }) => `${releases.join(', ')}: ${signature}`,
  );
  if (version === undefined)
    return { message: `${name}() is not in ${release.title}`, help: `It is in ${all.join('; ')}` };
  const expected = parametersOf(version.signature).length;
  if (expected === count) return undefined;
  const takes = expected === 1 ? 'one argument' : `${expected} arguments`;
  return { message: `${name}() takes ${takes} in ${release.title}`, help: all.join('; ') };
}

/** The size of the blob came in 7.1, and the state of a notifier went in 6.19. */
function repairs(
  { name, args, end }: CallExpression,
  fn: CFunction,
  { serialization, subtrees }: Release,
): RangeFix[] {
  const [first, second] = args;
  const isLive = serialization === 'live' || serialization === 'finalize-map';
  const takesSize = subtrees.kind === 'by-reference' && subtrees.sizeProperty !== undefined;
  if (name === 'kho_add_subtree' && args.length === 2 && second !== undefined && takesSize) {
    const text = `, fdt_totalsize(${fn.text.slice(second.start, second.end)})`;
    const edits = [{ start: end - 1, end: end - 1, text }];
    return [{ title: 'Pass the size of the FDT', isObvious: false, edits }];
  }
  if (name === 'kho_add_subtree' && args[1]?.kind === 'string' && first && second && isLive) {
    const edits = [{ start: first.start, end: second.start, text: '' }];
    return [{ title: 'Drop the first argument', isObvious: false, edits }];
  }
  if (name === 'kho_retrieve_subtree' && args.length === 2 && takesSize) {
    const edits = [{ start: end - 1, end: end - 1, text: ', NULL' }];
    return [{ title: 'Pass NULL for the size', isObvious: false, edits }];
  }
  return [];
}

/** The newest of the releases that most of the calls fit. */
export function releaseOfCalls(
  calls: readonly PlacedCall[],
  defined: ReadonlySet<string>,
): Release {
  let best = NEWEST_RELEASE;
  let fewest = Number.POSITIVE_INFINITY;
  for (const release of RELEASES.toReversed()) {
    const misfits = calls.filter(
      ({ call: { name = '', args }, isConditional }) =>
        !isConditional && !defined.has(name) && misfitOf(args.length, name, release) !== undefined,
    ).length;
    if (misfits >= fewest) continue;
    best = release;
    fewest = misfits;
  }
  return best;
}
