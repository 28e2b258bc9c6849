import assert from 'node:assert/strict';
import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import { type Hover, MarkupKind } from 'vscode-languageserver/node';
import { TextDocument } from 'vscode-languageserver-textdocument';
import { abiIncludes } from '../../c/index.ts';
import type { SourceFile } from '../../fdt/index.ts';
import { layoutHoverAt, layoutIssuesOf, layoutsOfFile } from '../../server/c-layout.ts';
import { createCLayouts } from '../../server/c-layouts.ts';
import { keyOfPath } from '../../server/file-key.ts';
import { createFiles } from '../../server/files.ts';
import { headOf, readCommitted } from '../../server/git-head.ts';
import { createGitHeads } from '../../server/git-heads.ts';
import { parseMarks } from '../support/marks.ts';
import { needs, runTool } from '../support/tools.ts';

const V1 = `#define DEMO_COMPATIBLE "demo-v1"
struct demo_ser {
	u32 flags;
	u64 len;
} __packed;
`;

interface Repository {
  readonly folder: string;
  git(...args: string[]): Promise<string>;
  /** Writes a file and returns its path. */
  write(name: string, text: string): string;
  commit(): Promise<void>;
}

async function withRepository(
  t: TestContext,
  body: (repository: Repository) => Promise<void>,
): Promise<void> {
  if (!needs(t, 'git')) return;
  const folder = mkdtempSync(path.join(tmpdir(), 'kho-git-'));
  const git = async (...args: string[]): Promise<string> => {
    const who = ['-c', 'user.name=Test', '-c', 'user.email=test@example.org'];
    const { status, stdout, stderr } = await runTool('git', [...who, ...args], { cwd: folder });
    assert.equal(status, 0, stderr);
    return stdout.toString().trim();
  };
  try {
    await git('init', '-q', '-b', 'main');
    await body({
      folder,
      git,
      write(name, text) {
        const file = path.join(folder, name);
        mkdirSync(path.dirname(file), { recursive: true });
        writeFileSync(file, text);
        return file;
      },
      async commit() {
        await git('add', '-A');
        await git('commit', '-q', '-m', 'a state', '--no-gpg-sign');
      },
    });
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const NAME = 'include/linux/kho/abi/demo.h';

test('a file as HEAD has it, with the headers around it', (t) =>
  withRepository(t, async ({ git, write, commit, folder }) => {
    const file = write(NAME, V1);
    write('include/linux/kho/abi/other.h', '#define X 1\n');
    await commit();
    write(NAME, 'something else');
    write('include/linux/kho/abi/new.h', 'not in HEAD');
    const committed = await readCommitted(file);
    assert.equal(committed?.source.text, V1);
    assert.equal(committed.source.path, file);
    assert.equal(committed.commit, await git('rev-parse', 'HEAD'));
    const names = committed.companions.map((each) => [path.basename(each.path), each.text]);
    assert.deepEqual(names, [['other.h', '#define X 1\n']]);
    assert.equal(await headOf(folder), committed.commit);
  }));

test('another revision, and what is none', (t) =>
  withRepository(t, async ({ git, write, commit }) => {
    const file = write(NAME, V1);
    await commit();
    await git('tag', 'v1');
    write(NAME, '/* v2 */\n');
    await commit();
    assert.equal((await readCommitted(file, 'v1'))?.source.text, V1);
    assert.equal((await readCommitted(file, 'HEAD'))?.source.text, '/* v2 */\n');
    for (const revision of ['nothing', '--all', 'HEAD\nHEAD', '', '-c', 'HEAD:x y'])
      assert.equal(await readCommitted(file, revision), undefined, revision);
  }));

test('no answer where there is no repository, no commit, no such file', (t) =>
  withRepository(t, async ({ folder, write, commit }) => {
    const file = write(NAME, V1);
    assert.equal(await readCommitted(file), undefined);
    write('x', '');
    await commit();
    assert.equal(await readCommitted(path.join(folder, 'none.h')), undefined);
    assert.equal(await readCommitted(path.join(folder, 'no/such/folder.h')), undefined);
    assert.equal(await readCommitted(path.join(tmpdir(), 'nowhere-near.h')), undefined);
  }));

test('a repository runs nothing of its own', (t) =>
  withRepository(t, async ({ folder, git, write, commit }) => {
    const file = write(NAME, V1);
    write('.gitattributes', '*.h diff=evil filter=evil\n');
    await commit();
    const evil = `touch ${path.join(folder, 'ran')}`;
    for (const key of ['diff.evil.textconv', 'filter.evil.smudge', 'filter.evil.clean'])
      await git('config', key, evil);
    await git('config', 'core.fsmonitor', evil);
    await git('config', 'core.pager', evil);
    await git('config', 'core.sshCommand', evil);
    assert.equal((await readCommitted(file))?.source.text, V1);
    assert.ok(!existsSync(path.join(folder, 'ran')));
  }));

test('HEAD is asked again once it may have moved', (t) =>
  withRepository(t, async ({ git, write, commit }) => {
    const file = write(NAME, V1);
    await commit();
    const changed: string[] = [];
    let now = 0;
    const heads = createGitHeads(
      (each) => changed.push(each),
      () => now,
    );
    assert.equal(heads.peek(file), undefined);
    assert.equal((await heads.load(file))?.source.text, V1);
    assert.deepEqual(changed, [file]);
    const known = heads.peek(file);
    now += 10_000;
    assert.equal(await heads.load(file), known, 'the same commit keeps its file');
    write(NAME, '/* v2 */\n');
    await commit();
    assert.equal(heads.peek(file), known, 'not asked again at once');
    now += 10_000;
    assert.equal((await heads.load(file))?.source.text, '/* v2 */\n');
    assert.deepEqual(changed, [file, file]);
    // Refs that are packed are git's affair, and so is a HEAD that is on no branch.
    await git('pack-refs', '--all');
    await git('checkout', '-q', '--detach', 'HEAD~1');
    now += 10_000;
    assert.equal((await heads.load(file))?.source.text, V1);
    heads.stop();
  }));

test('a layout that changed is reported against HEAD, a version that changed with it is not', (t) =>
  withRepository(t, async ({ write, commit }) => {
    const file = write(NAME, V1);
    await commit();
    const head = await readCommitted(file);
    assert.ok(head !== undefined);
    const issuesOf = (text: string): readonly string[] =>
      layoutIssuesOf({ source: { path: file, text }, head }).map(({ message }) => message);
    assert.deepEqual(issuesOf(V1), []);
    const changed = V1.replace('u64 len', 'u32 more;\n\tu64 len');
    assert.deepEqual(issuesOf(changed), [
      'The layout of `struct demo_ser` is not that of HEAD, but `DEMO_COMPATIBLE` is still ' +
        '"demo-v1": `len` moved from byte 4 to byte 8, `more` is new at byte 4, ' +
        'it had 12 bytes and has 16 bytes',
    ]);
    assert.deepEqual(issuesOf(changed.replace('demo-v1', 'demo-v2')), []);
    // Half a struct, as it is while one types.
    assert.deepEqual(issuesOf(V1.slice(0, V1.indexOf('u64'))), []);
    for (const half of ['u', 'u6', 'u64', 'u64 le', 'u64 len', '', 'struct x {'])
      assert.deepEqual(issuesOf(V1.replace('u64 len;', half)).length, half === '' ? 1 : 0, half);
  }));

test('an open file is compared with HEAD, as soon as git has answered', (t) =>
  withRepository(t, async ({ write, commit }) => {
    const inner = write('include/linux/kho/abi/inner.h', 'struct inner { u32 x; };\n');
    const text = `#include <linux/kho/abi/inner.h>\n${V1.replace('u32', 'struct inner')}`;
    const file = write(NAME, text);
    await commit();
    const files = createFiles();
    const heads = createGitHeads(() => {});
    let isTrusted = false;
    const layouts = createCLayouts(files, () => (isTrusted ? heads : undefined));
    const key = keyOfPath(file);
    const show = (content: string, version: number): readonly string[] => {
      files.open(TextDocument.create(key, 'c', version, content));
      return layouts.issuesOf(key).map(({ message }) => message.replace(/^.*?: /, ''));
    };
    const changed = text.replace('u64 len', 'u8 more;\n\tu64 len');
    const moved =
      '`len` moved from byte 4 to byte 5, `more` is new at byte 4, ' +
      'it had 12 bytes and has 13 bytes';
    assert.deepEqual(show(changed, 1), [], 'not trusted');
    isTrusted = true;
    assert.deepEqual(show(changed, 2), [], 'git has not answered');
    await heads.load(file);
    assert.deepEqual(show(changed, 3), [moved]);
    assert.deepEqual(show(changed.replace('demo-v1', 'demo-v2'), 4), []);
    const contents = layouts.hoverAt(key, changed.indexOf('len;'), MarkupKind.PlainText)?.contents;
    assert.equal(
      (contents as { value: string }).value,
      'len · u64\n\nbyte 5 (0x5) of struct demo_ser, 8 bytes',
    );
    // A header that it includes is edited: the hover follows, and the report is left to that one.
    files.open(TextDocument.create(keyOfPath(inner), 'c', 1, 'struct inner { u64 x; };\n'));
    const after = layouts.hoverAt(key, changed.indexOf('len;'), MarkupKind.PlainText)?.contents;
    assert.match((after as { value: string }).value, /^byte 9 /m);
    assert.deepEqual(show(text, 5), []);
    heads.stop();
  }));

const hovers: readonly { name: string; fixture: string; expected: string }[] = [
  {
    name: 'a struct',
    fixture: `struct inner { u32 a:4, b:12; u8 c[3]; };
struct $0outer { u64 x; struct inner y; void *z; };`,
    expected: `**struct outer** · 24 bytes, aligned to 8, on 64-bit kernels

| byte | bytes | field | type |
|---:|---:|---|---|
| 0 | 8 | \`x\` | \`u64\` |
| 8 | 4 bits | \`y.a\` | \`u32:4\` |
| 8 + 4 bits | 1 + 4 bits | \`y.b\` | \`u32:12\` |
| 10 | 3 | \`y.c\` | \`u8[3]\` |
| 16 | 8 | \`z\` | \`pointer\` |`,
  },
  {
    name: 'a field',
    fixture: 'struct s { u8 a; u32 b; u64 $0len; } __packed;',
    expected: '**len** · `u64`\n\nbyte 5 (0x5) of struct s, 8 bytes',
  },
  {
    name: 'a field of a union without a name',
    fixture: 'struct s { u64 a; union { u64 phys; void *p$0tr; }; };',
    expected: '**ptr** · `pointer`\n\nbyte 8 (0x8) of struct s, 8 bytes',
  },
  {
    name: 'a field of a struct within',
    fixture: 'struct s { u64 a; struct { u32 b; u32 $0c; } d; };',
    expected: '**d.c** · `u32`\n\nbyte 12 (0xc) of struct s, 4 bytes',
  },
  {
    name: 'bits',
    fixture: 'struct s { u64 pfn:52; u64 $0flags:12; };',
    expected: '**flags** · `u64:12`\n\nbit 4 of byte 6 (0x6) of struct s, 12 bits',
  },
  {
    name: 'a field behind what is not known',
    fixture: 'struct s { other_t a; u64 $0b; };',
    expected:
      '**b** · `u64`\n\n' +
      'where in struct s is not known: the type `other_t` is not defined here, 8 bytes',
  },
  { name: 'anything else', fixture: 'int $0x; struct s { u8 a; };', expected: '(nothing)' },
  {
    name: 'a use of a struct',
    fixture: 'struct s { u8 a; };\nstruct $0s x;',
    expected: '(nothing)',
  },
];

for (const { name, fixture, expected } of hovers)
  test(`hover in C: ${name}`, () => {
    const { text, cursor = 0 } = parseMarks(fixture);
    const layouts = layoutsOfFile({ source: { path: 'x.h', text } });
    const hover: Hover | undefined = layoutHoverAt(layouts, cursor, MarkupKind.Markdown);
    const contents = hover?.contents as { value: string } | undefined;
    assert.equal(contents?.value ?? '(nothing)', expected);
  });

test('headers of the ABI are found from headers and from drivers, others are left alone', () => {
  const files = new Set([
    '/linux/include/linux/kho/abi/luo.h',
    '/linux/include/uapi/linux/x.h',
    '/linux/mm/own.h',
  ]);
  const read = (file: string): SourceFile | undefined =>
    files.has(file) ? { path: file, text: '' } : undefined;
  const find = abiIncludes(read);
  const from = (file: string): SourceFile => ({ path: file, text: '' });
  const cases = [
    [
      'linux/kho/abi/luo.h',
      true,
      '/linux/include/linux/kho/abi/memfd.h',
      '/linux/include/linux/kho/abi/luo.h',
    ],
    [
      'linux/kho/abi/luo.h',
      true,
      '/linux/kernel/liveupdate/luo.c',
      '/linux/include/linux/kho/abi/luo.h',
    ],
    ['uapi/linux/x.h', true, '/linux/mm/memfd.c', '/linux/include/uapi/linux/x.h'],
    ['own.h', false, '/linux/mm/memfd.c', '/linux/mm/own.h'],
    ['linux/mm.h', true, '/linux/mm/memfd.c', undefined],
    ['own.h', false, '/linux/fs/memfd.c', undefined],
  ] as const;
  for (const [included, isAngled, file, expected] of cases)
    assert.equal(find(included, isAngled, from(file))?.path, expected, `${included} in ${file}`);
});
