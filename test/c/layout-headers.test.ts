// The layout of the structs in real headers, which gcc is asked to agree with.
import assert from 'node:assert/strict';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import {
  type CRecord,
  isUnknown,
  layoutsOf,
  type ReadInclude,
  spellRecord,
} from '../../c/index.ts';
import type { SourceFile } from '../../fdt/index.ts';
import { needs, recordLeftOut, runTool } from '../support/tools.ts';

/** What the C library brings along of the kernel's headers. */
const FOLDER = '/usr/include/linux';
/** Of more than 500 headers; more take time and find nothing else. */
const EVERY = 16;
/** Headers that the C library defines half of, so that neither compiles with the other. */
const REFUSED: ReadonlySet<string> = new Set(['atmapi.h', 'coda.h', 'resource.h', 'time.h']);

const known = new Map<string, SourceFile | undefined>();

function read(file: string): SourceFile | undefined {
  if (!known.has(file))
    known.set(
      file,
      existsSync(file) ? { path: file, text: readFileSync(file, 'utf8') } : undefined,
    );
  return known.get(file);
}

const readInclude: ReadInclude = (file) =>
  read(`/usr/include/${file}`) ?? read(`/usr/include/x86_64-linux-gnu/${file}`);

/** What gcc has to find true of a record. */
function claimsOf(record: CRecord): readonly string[] {
  const name = spellRecord(record);
  return [
    `sizeof(${name}) == ${record.size}`,
    `_Alignof(${name}) == ${record.alignment}`,
    ...record.members
      .filter((member) => member.name !== undefined && member.bitWidth === undefined)
      .filter(({ bitOffset }) => !isUnknown(bitOffset))
      .map(
        ({ name: field, bitOffset }) =>
          `__builtin_offsetof(${name}, ${field}) == ${(bitOffset as number) / 8}`,
      ),
  ];
}

test('structs of real headers are laid out as gcc lays them out', async (t) => {
  if (!needs(t, 'gcc')) return;
  if (!existsSync(`${FOLDER}/types.h`) || process.arch !== 'x64') {
    t.skip('no headers of the kernel for x86-64');
    const remedy = 'install linux-libc-dev';
    recordLeftOut({ kind: 'data', test: t.name, needs: FOLDER, remedy });
    return;
  }
  const names = readdirSync(FOLDER).filter((name) => name.endsWith('.h') && !REFUSED.has(name));
  let claims = 0;
  for (const name of names.sort().filter((_, index) => index % EVERY === 0)) {
    const source = read(`${FOLDER}/${name}`) as SourceFile;
    const records = layoutsOf(source, { readInclude }).records.filter(
      (record) =>
        record.at.source === source &&
        record.name !== undefined &&
        record.condition === undefined &&
        !isUnknown(record.size),
    );
    const own = records.flatMap(claimsOf);
    const program = [
      '#include <stddef.h>\n#include <stdint.h>\n#include <sys/socket.h>',
      `#include <linux/${name}>`,
      ...own.map((each) => `_Static_assert(${each}, "");`),
    ].join('\n');
    const args = ['-w', '-fsyntax-only', '-x', 'c', '-'];
    const { status, stderr } = await runTool('gcc', args, { input: program, timeoutMs: 30_000 });
    const isClaim = /static assertion failed/.test(stderr);
    assert.ok(!isClaim, `${name}: ${stderr.slice(0, 1000)}`);
    // A header that needs others before it says nothing about layouts.
    if (status === 0) claims += own.length;
  }
  assert.ok(claims > 500, `${claims} claims`);
});
