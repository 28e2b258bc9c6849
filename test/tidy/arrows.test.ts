// An import against the arrows of ARCHITECTURE.md does not compile. Tried on rooms of one file
// each, with the project files of the real ones.
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { after, test } from 'node:test';
import { runTool } from '../support/tools.ts';
import { ROOMS, type Room } from './project-files.ts';

const ARROWS: Readonly<Record<Room, readonly Room[]>> = {
  fdt: [],
  kho: ['fdt'],
  c: ['kho', 'fdt'],
  simulator: ['kho', 'fdt'],
  'simulator/script': ['simulator', 'kho', 'fdt'],
  'simulator/native': ['simulator', 'kho', 'fdt'],
  debugger: ['simulator/script', 'simulator', 'kho', 'fdt'],
  server: ['c', 'kho', 'fdt'],
  cli: ['c', 'debugger', 'simulator/native', 'simulator/script', 'simulator', 'kho', 'fdt'],
  client: ['debugger', 'simulator/script', 'simulator', 'kho', 'fdt'],
};

const COMPILER_TIMEOUT_MS = 60_000;

// Inside the repository, where the compiler finds the types of Node and of the editor.
mkdirSync('build', { recursive: true });
const root = mkdtempSync('build/arrows-');
after(() => rmSync(root, { recursive: true, force: true }));

test('imports along the arrows compile', async () => {
  cpSync('tsconfig.base.json', path.join(root, 'tsconfig.base.json'));
  for (const room of ROOMS) {
    mkdirSync(path.join(root, room), { recursive: true });
    cpSync(path.join(room, 'tsconfig.json'), path.join(root, room, 'tsconfig.json'));
    writeRoomFile(room, 'index.ts', 'export const isRoom: boolean = true;\n');
    for (const target of ARROWS[room]) writeImport(room, target, 'along');
  }
  const { status, stdout } = await compile(ROOMS);
  assert.equal(status, 0, stdout);
});

for (const room of ROOMS) {
  test(`imports from ${room} against the arrows do not compile`, async () => {
    const against = ROOMS.filter((target) => target !== room && !ARROWS[room].includes(target));
    const files = against.map((target) => writeImport(room, target, 'against'));
    const { stdout } = await compile([room]);
    for (const file of files) rmSync(path.join(root, room, file));
    const refused = files.filter((file) => isRefused(stdout, `${room}/${file}`));
    assert.deepEqual(refused, files, stdout);
  });
}

function writeImport(room: Room, target: Room, direction: 'along' | 'against'): string {
  const file = `${direction}-${target.replace('/', '-')}.ts`;
  const relative = path.posix.relative(room, `${target}/index.ts`);
  const from = relative.startsWith('.') ? relative : `./${relative}`;
  writeRoomFile(room, file, `export { isRoom } from '${from}';\n`);
  return file;
}

function writeRoomFile(room: Room, file: string, text: string): void {
  writeFileSync(path.join(root, room, file), text);
}

async function compile(rooms: readonly Room[]): Promise<{ status: number | null; stdout: string }> {
  const tsc = path.resolve('node_modules/.bin/tsc');
  const args = ['-b', '--pretty', 'false', ...rooms];
  const options = { cwd: root, timeoutMs: COMPILER_TIMEOUT_MS };
  const { status, stdout } = await runTool(tsc, args, options);
  return { status, stdout: stdout.toString() };
}

/**
 * Refused for where the file is (6059) or for not being listed (6307): not for some typing slip.
 */
function isRefused(output: string, file: string): boolean {
  return output
    .split('\n')
    .some((line) => line.startsWith(`${file}(`) && /TS6(059|307)/.test(line));
}
