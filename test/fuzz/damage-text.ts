// Damage to text by its tokens, so that most of it still means something.
import { INTERESTING } from './damage-bytes.ts';
import type { Random } from './random.ts';

/** Words, numbers, strings, white space, and single characters. */
const TOKEN = /[\w#.,+?@-]+|"(?:[^"\\\n]|\\.)*"|[ \t]+|\n|./gsu;
const EDITS_MAX = 5;

/**
 * `text` with tokens removed, doubled, swapped, replaced by those of `others` or by `noise`, or
 * with a piece of another in it.
 */
export function damageText(
  text: string,
  others: readonly string[],
  noise: readonly string[],
  random: Random,
): string {
  const tokens = text.match(TOKEN) ?? [];
  for (let edits = 1 + random.below(EDITS_MAX); edits > 0 && tokens.length > 0; edits--)
    damageTokens(tokens, others, noise, random);
  return tokens.join('');
}

function damageTokens(
  tokens: string[],
  others: readonly string[],
  noise: readonly string[],
  random: Random,
): void {
  const at = random.below(tokens.length);
  switch (random.below(8)) {
    case 0:
      tokens.splice(at, 1 + random.below(6));
      return;
    case 1:
      tokens.splice(at, 0, ...tokens.slice(at, at + 1 + random.below(40)));
      return;
    case 2: {
      const other = random.below(tokens.length);
      [tokens[at], tokens[other]] = [tokens[other] as string, tokens[at] as string];
      return;
    }
    case 3:
      tokens[at] = random.pick(noise);
      return;
    case 4: {
      const number = tokens.findIndex((token, i) => i >= at && /^(0x)?\d/.test(token));
      const value = random.pick(INTERESTING);
      tokens[number < 0 ? at : number] = random.oneIn(2) ? `0x${value.toString(16)}` : `${value}`;
      return;
    }
    case 5: {
      const other = random.pick(others).match(TOKEN) ?? [''];
      const from = random.below(other.length);
      tokens.splice(at, random.below(3), ...other.slice(from, from + 1 + random.below(30)));
      return;
    }
    case 6: {
      const token = tokens[at] as string;
      const inside = random.below(token.length + 1);
      const inserted = random.oneIn(3) ? random.pick(noise) : '';
      tokens[at] = token.slice(0, inside) + inserted + token.slice(inside + 1);
      return;
    }
    default: {
      // A word in place of the same kind of word is likelier to be understood.
      const words = tokens.filter((token) => /^[\w#]/.test(token));
      if (words.length > 0) tokens[at] = random.pick(words);
    }
  }
}
