import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { test } from 'node:test';
import { needs, runTool } from '../support/tools.ts';
import { folderWith, kho } from './kho.ts';

const V1 = `#define DEMO_COMPATIBLE "demo-v1"

struct demo_ser {
	u64 addr;
	u32 len;
} __packed;
`;
const CHANGED = V1.replace('u32 len', 'u64 len');
const NAME = 'include/linux/kho/abi/demo.h';

test('a layout that is not that of a commit is reported unless its version changed', async (t) => {
  if (!needs(t, 'git')) return;
  const folder = folderWith(t, {});
  const file = path.join(folder, NAME);
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(file, V1);
  const git = async (...args: string[]): Promise<void> => {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const { status, stderr } = await runTool('git', [...who, ...args], { cwd: folder });
    assert.equal(status, 0, stderr);
  };
  const check = (cwd = folder, name = NAME, base = 'v1'): string => {
    const { stdout, stderr } = kho(['check', '--base', base, name], cwd);
    return stdout + stderr;
  };
  assert.match(check(), /is in no git repository/);
  await git('init', '-q', '-b', 'main');
  await git('add', '-A');
  await git('commit', '-q', '--no-gpg-sign', '-m', 'one');
  await git('tag', 'v1');
  writeFileSync(file, CHANGED);
  await git('commit', '-q', '--no-gpg-sign', '-a', '-m', 'two');
  assert.equal(
    check(),
    `${NAME}:3:8: warning: The layout of \`struct demo_ser\` is not that of v1, but \
\`DEMO_COMPATIBLE\` is still "demo-v1": \`len\` was u32 and is u64, \
it had 12 bytes and has 16 bytes \
[layout-changed-without-version]
    3 | struct demo_ser {
      |        ^~~~~~~~
  = help: A kernel of the other layout cannot tell, and takes these bytes for its own. \
Raise the version
${NAME}:1:25: note: DEMO_COMPATIBLE says the version
    1 | #define DEMO_COMPATIBLE "demo-v1"
      |                         ^~~~~~~~~
1 warning in 1 file
`,
  );
  assert.match(check(path.dirname(file), 'demo.h'), /1 warning/);
  assert.match(check(folder, NAME, 'HEAD'), /no issues/);
  assert.match(check(folder, NAME, 'none'), /none: is no commit of /);
  assert.match(check(folder, NAME, '--all'), /is not the name of a commit|argument missing/);
  writeFileSync(file, CHANGED.replace('demo-v1', 'demo-v2'));
  assert.doesNotMatch(check(), /warning:/);
});
