import { writeFileSync } from 'node:fs';
import { reason, UnusableInput } from './input.ts';

/** Writes a file that the user has named. */
export function writeText(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (error) {
    throw new UnusableInput(`${path}: ${reason(error)}`);
  }
}
