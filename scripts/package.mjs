// Builds and packs the extension into a .vsix that `code --install-extension` takes.
import { spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import path from 'node:path';

process.chdir(path.dirname(import.meta.dirname));
const vsce = path.join('node_modules', '@vscode', 'vsce', 'vsce');
rmSync('dist', { recursive: true, force: true });
for (const args of [
  ['scripts/build.mjs', '--minify'],
  // Everything is bundled, so nothing of node_modules goes along.
  [
    vsce,
    'package',
    '--no-dependencies',
    '--allow-missing-repository',
    '--no-rewrite-relative-links',
  ],
]) {
  const { status } = spawnSync(process.execPath, args, { stdio: 'inherit' });
  if (status !== 0) process.exit(status ?? 1);
}
