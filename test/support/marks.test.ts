import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMarks, renderMarks } from './marks.ts';

test('a cursor and labels are taken out of a fixture', () => {
  const marked = parseMarks('a {\n  b = <$01>;\n  ^ first\n       ^ second\n};\n');
  assert.equal(marked.text, 'a {\n  b = <1>;\n};\n');
  assert.equal(marked.cursor, marked.text.indexOf('1'));
  assert.deepEqual(marked.labels, [
    { line: 1, start: 2, end: 3, message: 'first' },
    { line: 1, start: 7, end: 8, message: 'second' },
  ]);
});

test('a cursor after labels is counted without them', () => {
  const { text, cursor } = parseMarks('a;\n^ label\nb$0;\n');
  assert.equal(text, 'a;\nb;\n');
  assert.equal(cursor, 4);
});

test('a label may stand in a comment', () => {
  const { text, labels } = parseMarks('const a = 1;\n//    ^ name\n');
  assert.equal(text, 'const a = 1;\n');
  assert.deepEqual(labels, [{ line: 0, start: 6, end: 7, message: 'name' }]);
});

test('rendering is the inverse of parsing', () => {
  const fixture = 'a {\n  b = <1>;\n  ^ first\n      ^^^ second\n};';
  const { text, labels } = parseMarks(fixture);
  assert.equal(renderMarks(text, labels), fixture);
});
