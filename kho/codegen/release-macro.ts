// Releases as the C preprocessor tells them apart in the native headers.
import { RELEASES } from '../releases/index.ts';

/** Mainline releases have numbers; the patch series before them have names. */
const NUMBERED = /^(\d+)\.(\d+)$/;

/** Whether a release is one of mainline. */
export function isNumbered(name: string): boolean {
  return NUMBERED.test(name);
}

/**
 * The C expression that stands for a release: `KHO_RELEASE(6, 18)`, `KHO_SEED`. Defining the macro
 * KHO_LINUX as it compiles a driver for that release.
 */
export function releaseExpression(name: string): string {
  const match = NUMBERED.exec(name);
  return match === null ? `KHO_${name.toUpperCase()}` : `KHO_RELEASE(${match[1]}, ${match[2]})`;
}

/** The condition of an `#if` that holds in the releases of `A..B` or `A..`; undefined for all. */
export function releaseCondition(range: string): string | undefined {
  const [first = '', last = ''] = range.split('..');
  if (first === last) return `KHO_LINUX == ${releaseExpression(first)}`;
  const bounds: string[] = [];
  if (first !== RELEASES[0]?.name) bounds.push(`KHO_LINUX >= ${releaseExpression(first)}`);
  if (last !== '') bounds.push(`KHO_LINUX <= ${releaseExpression(last)}`);
  return bounds.length === 0 ? undefined : bounds.join(' && ');
}
