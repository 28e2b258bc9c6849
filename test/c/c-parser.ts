// The parser as it ships, started once per test file.
import { readFileSync } from 'node:fs';
import { type CheckedC, type CParser, checkCText, createCParser } from '../../c/index.ts';
import { positionAt } from '../../fdt/index.ts';
import { releaseNamed } from '../../kho/index.ts';

export const parser: CParser = await createCParser({
  runtime: readFileSync('node_modules/web-tree-sitter/web-tree-sitter.wasm'),
  grammar: readFileSync('node_modules/tree-sitter-c/tree-sitter-c.wasm'),
});

export function checked(text: string, release?: string, path = 'driver.c'): CheckedC {
  return checkCText(parser, { path, text }, releaseNamed(release ?? ''));
}

/** What is reported, as `rule line: text of the place`. */
export function reported(text: string, release?: string): string[] {
  return checked(text, release).issues.map(({ rule, span }) => {
    if (span === undefined) return rule;
    const { line } = positionAt(span.source, span.start);
    return `${rule} ${line + 1}: ${span.source.text.slice(span.start, span.end)}`;
  });
}

export const INCLUDE = '#include <linux/kexec_handover.h>\n';
