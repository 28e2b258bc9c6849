import { relative } from 'node:path';
import type { LineCoverage } from '../simulator/index.ts';

/** Stretches of lines that are listed of one file; --json has all of them. */
const MAX_STRETCHES = 40;

/** Which lines of drivers no run came to. Paths are relative to `folder`. */
export function lineCoverageText(files: readonly LineCoverage[], folder: string): string {
  if (files.length === 0) return '';
  const lines = ['', 'Lines in functions of drivers that ran, with faults and without:'];
  for (const { path, lines: all, missed } of files) {
    const count = missed.reduce((sum, { start, end }) => sum + end - start + 1, 0);
    const name = relative(folder, path);
    lines.push(`   ${name}: ${all - count} of ${all}`);
    for (const { start, end } of missed.slice(0, MAX_STRETCHES))
      lines.push(`      never: ${name}:${start}${end > start ? `-${end}` : ''}`);
    if (missed.length > MAX_STRETCHES)
      lines.push(`      and ${missed.length - MAX_STRETCHES} more stretches`);
  }
  return `${lines.join('\n')}\n`;
}
