import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { KINDS } from './kinds.ts';
import { randomOf } from './random.ts';

const FOLDER = 'build/fuzz';

/** Writes the input of a case, made once more, and says where it is. */
export function keepInput(name: string, seed: number, index: number): string {
  const kind = KINDS.find((each) => each.name === name);
  if (kind === undefined) return 'none';
  const base = path.join(FOLDER, `${name}-${seed}-${index}`);
  const files = kind.files(kind.make(randomOf(seed, name, index)));
  for (const [ending, bytes] of files) {
    const file = `${base}${ending}`;
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, bytes);
  }
  return [...files.keys()].map((ending) => `${base}${ending}`).join(' ');
}
