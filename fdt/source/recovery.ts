// Moves past what is not understood, to where something new most likely starts.
import { isLabelStart } from './characters.ts';
import type { Scanner } from './scanner.ts';

/**
 * Skips to after the next `;`, to before the next brace, or to the next line if that starts with
 * a word, a slash or a reference. Moves by one token at least, unless that is a brace.
 */
export function recover(scanner: Scanner): void {
  let isFirst = true;
  for (;;) {
    const unit = scanner.skip();
    if (unit < 0 || unit === 0x7d) return;
    if (unit === 0x7b) {
      skipBlock(scanner);
      if (scanner.skip() === 0x3b) scanner.offset++;
      return;
    }
    if (!isFirst && scanner.isOnNewLine && startsSomething(unit)) return;
    isFirst = false;
    if (unit === 0x22) skipString(scanner);
    else scanner.offset++;
    if (unit === 0x3b) return;
  }
}

/** The scanner is at `{`: skips to after the brace that closes it. */
export function skipBlock(scanner: Scanner): void {
  let depth = 0;
  for (;;) {
    const unit = scanner.skip();
    if (unit < 0) return;
    if (unit === 0x22) skipString(scanner);
    else scanner.offset++;
    if (unit === 0x7b) depth++;
    if (unit === 0x7d && --depth <= 0) return;
  }
}

function startsSomething(unit: number): boolean {
  return isLabelStart(unit) || unit === 0x2f || unit === 0x26 || unit === 0x23;
}

function skipString(scanner: Scanner): void {
  scanner.offset = Math.max(scanner.offset + 1, scanner.literal(undefined).end);
}
