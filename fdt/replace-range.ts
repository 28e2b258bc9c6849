/** More than these are not passed as arguments of one call, of which engines take only so many. */
const MAX_ARGUMENTS = 1000;

/** Replaces `count` elements from `start` on by others, in place. */
export function replaceRange<T>(array: T[], start: number, count: number, by: readonly T[]): void {
  if (by.length <= MAX_ARGUMENTS) {
    array.splice(start, count, ...by);
    return;
  }
  const rest = array.slice(start + count);
  array.length = start;
  for (const each of by) array.push(each);
  for (const each of rest) array.push(each);
}
