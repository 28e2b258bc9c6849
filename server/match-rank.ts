/**
 * How well `query` finds `name`, whatever the case of their letters: 0 if it is the name, 1 if it
 * starts it, 2 if it starts a word of it, 3 if it is anywhere in it, 4 if its letters are in it in
 * their order; undefined if they are not. Spaces in the query mean nothing.
 */
export function matchRank(name: string, query: string): number | undefined {
  const wanted = query.replace(/\s+/g, '').toLowerCase();
  const text = name.toLowerCase();
  if (text === wanted) return 0;
  if (text.startsWith(wanted)) return 1;
  const words = text.matchAll(/[a-z0-9]+/g);
  for (const { index } of words) if (text.startsWith(wanted, index)) return 2;
  if (text.includes(wanted)) return 3;
  let at = 0;
  for (const letter of wanted) {
    at = text.indexOf(letter, at) + 1;
    if (at === 0) return undefined;
  }
  return 4;
}
