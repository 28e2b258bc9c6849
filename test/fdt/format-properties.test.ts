// Formatting changes no meaning and loses nothing, of whatever text.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type TestContext, test } from 'node:test';
import * as fc from 'fast-check';
import {
  compileDts,
  formatDtsRange,
  formatDtsTyped,
  formattedText,
  parseDts,
  type SourceEdit,
  type TypedCharacter,
  writeFdt,
} from '../../fdt/index.ts';
import { testData } from '../support/tools.ts';
import { damageText, randomFrom, randomSource } from './random-source.ts';

const RUNS = 300;

/** White space and comments, as they may stand between any two tokens that have some already. */
const SPACES = [' ', '\t', '  \n', '\n\n\n', '\r\n', ' /* c */ ', ' // d\n', '\n/* e\n * f */\n'];

test('valid sources mean the same', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => checkMeaning(randomSource(seed))),
    { numRuns: RUNS },
  );
});

test('valid sources with other white space mean the same', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const random = randomFrom(seed);
      const spaced = randomSource(seed).replace(/"(?:[^"\\]|\\.)*"|\s+/g, (found) =>
        found.startsWith('"') || random() < 0.5
          ? found
          : (SPACES[Math.floor(random() * SPACES.length)] as string),
      );
      checkMeaning(spaced);
    }),
    { numRuns: RUNS },
  );
});

test('typing in what is formatted changes nothing', () => {
  fc.assert(
    fc.property(fc.integer(), (seed) => {
      const source = {
        path: 'a.kho',
        text: formattedText({ path: 'a.kho', text: randomSource(seed) }),
      };
      const random = randomFrom(seed);
      for (const { index, 0: typed } of source.text.matchAll(/[;}]/g))
        if (random() < 0.2)
          assert.deepEqual(formatDtsTyped(source, index + 1, typed as TypedCharacter), []);
    }),
    { numRuns: RUNS },
  );
});

test('nothing of a broken text is lost', () => {
  fc.assert(
    fc.property(fc.integer(), fc.double({ min: 0, max: 1, noNaN: true }), (seed, part) => {
      const damaged = damageText(randomSource(seed), randomFrom(seed));
      checkText(damaged);
      checkText(damaged.slice(0, Math.floor(damaged.length * part)));
      checkParts(damaged, seed);
    }),
    { numRuns: RUNS },
  );
});

test('nothing of any text is lost', () => {
  const unit = fc.constantFrom(...`{};=<>[]()"'&,/:\\#*-+x1 \n\t\r\v\ufeff\u00a0é`);
  fc.assert(
    fc.property(fc.string({ unit, maxLength: 60 }), (text) => void checkText(text)),
    { numRuns: RUNS * 10 },
  );
});

test('examples mean the same', () => {
  for (const each of sourcesBelow('examples')) checkMeaning(readFileSync(each, 'utf8'));
});

test('sources that dtc is tested with mean the same', (t: TestContext) => {
  const folder = testData(t, 'corpus/dtc-tests');
  if (folder === undefined) return;
  for (const each of sourcesBelow(folder)) {
    const text = readFileSync(each, 'latin1');
    checkMeaning(text);
    for (let seed = 0; seed < 5; seed++) checkText(damageText(text, randomFrom(seed)));
  }
});

function sourcesBelow(folder: string): string[] {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const sources = files.filter((file) => /\.(kho|dts|dtsi)$/.test(file));
  assert.notEqual(sources.length, 0);
  return sources.map((file) => path.join(folder, file));
}

/** The same issues in the same order, and the same blob. */
function checkMeaning(text: string): void {
  const formatted = checkText(text);
  assert.deepEqual(meaningOf(formatted), meaningOf(text));
}

function meaningOf(text: string): unknown {
  const parsed = parseDts({ path: 'a.kho', text });
  const compiled = compileDts(parsed.value, { byteOrder: 'little' });
  const rules = [...parsed.issues, ...compiled.issues].map(({ rule }) => rule);
  return { rules, blob: Buffer.from(writeFdt(compiled.value)).toString('hex') };
}

/** Nothing but white space changes, and nothing changes any more afterwards. */
function checkText(text: string): string {
  const formatted = formattedText({ path: 'a.kho', text });
  assert.equal(inkOf(formatted), inkOf(text));
  assert.equal(formattedText({ path: 'a.kho', text: formatted }), formatted);
  return formatted;
}

/** What is not white space to DTS. */
function inkOf(text: string): string {
  return text.replaceAll(/[ \t\n\v\f\r]/g, '');
}

/** The same for a few parts of a text. */
function checkParts(text: string, seed: number): void {
  const random = randomFrom(seed);
  const source = { path: 'a.kho', text };
  for (let i = 0; i < 5; i++) {
    const start = Math.floor(random() * text.length);
    const end = Math.min(text.length, start + Math.floor(random() * 80));
    const typed = text[start] ?? '';
    const edits = '};\n'.includes(typed)
      ? formatDtsTyped(source, start + 1, typed as TypedCharacter)
      : formatDtsRange(source, { start, end });
    assert.ok(edits.every((edit) => isWhiteEdit(text, edit)));
  }
}

function isWhiteEdit(before: string, { span, text }: SourceEdit): boolean {
  return inkOf(before.slice(span.start, span.end)) === '' && inkOf(text) === '';
}
