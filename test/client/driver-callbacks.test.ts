import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { callbacksOf } from '../../client/driver-callbacks.ts';

function namesIn(text: string, language: string): string[] {
  return callbacksOf(text, language).map((offset) => {
    const [head = ''] = text.slice(offset).split(/[(=:]/);
    return (
      head
        .trim()
        .split(/[\s*]+/)
        .at(-1) ?? ''
    );
  });
}

test('callbacks of examples', () => {
  const check = (path: string, expected: readonly string[]): void => {
    const language = path.endsWith('.c') ? 'c' : 'typescript';
    assert.deepEqual(namesIn(readFileSync(path, 'utf8'), language), expected, path);
  };
  check('examples/c-seed-notifier/tracer.c', ['tracer_notify', 'tracer_init']);
  check('examples/c-luo-handler/slate.c', [
    'slate_open',
    'slate_release',
    'slate_read',
    'slate_write',
    'slate_can_preserve',
    'slate_preserve',
    'slate_unpreserve',
    'slate_freeze',
    'slate_retrieve',
    'slate_finish',
    'slate_init',
  ]);
  check('examples/luo-handler/vault.ts', [
    'canPreserve',
    'preserve',
    'unpreserve',
    'freeze',
    'retrieve',
    'finish',
    'init',
  ]);
  check('examples/ftrace/ftrace.ts', ['init', 'serialize', 'deserialize']);
  check('examples/notifier-6.16/counters.ts', ['init', 'handOver']);
});

test('callbacks of sources', () => {
  const check = (text: string, language: string, expected: readonly string[]): void =>
    assert.deepEqual(namesIn(text, language), expected, text);
  check('static int a(void)\n{\n}\nstatic int b(void)\n{\n\treturn a();\n}\n', 'c', []);
  check('static int\na(int x)\n{\n}\nmodule_init(a);\n', 'c', ['a']);
  check('static void *a(int x)\n{\n}\nstruct o o = { .f = a };\n', 'c', ['a']);
  check('static int a(int x);\n/* .f = b, */\nint b(void)\n{\n}\n', 'c', []);
  check('static int __init a(void)\n{\n}\n', 'c', ['a']);
  check('function a() {}\nfunction b() { a(); }\nexport function init() {}\n', 'typescript', [
    'init',
  ]);
  check('export const init = (\n  k: Kernel,\n) => 0;\n', 'typescript', ['init']);
  check('const a = (k) => 0;\nk.registerKhoNotifier(a);\n', 'typescript', ['a']);
  check('function a() {}\nconst ops = { freeze: a };\n', 'typescript', ['a']);
  check('function a() {\n  preserve(k);\n  const { freeze } = o;\n}\n', 'typescript', []);
});
