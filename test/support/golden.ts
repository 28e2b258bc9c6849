// Expected output in files of their own, under test/<room>/golden/ and the like.
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';

/**
 * Fails unless the file at `file` (relative to the repository) holds exactly `actual`. On a
 * mismatch what came is left in `<file>.actual`. UPDATE_GOLDEN=1 writes the file instead.
 */
export function matchGolden(file: string, actual: string): void {
  const actualFile = `${file}.actual`;
  if (process.env.UPDATE_GOLDEN === '1') {
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, actual);
    rmSync(actualFile, { force: true });
    return;
  }
  const expected = existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  if (expected === actual) {
    rmSync(actualFile, { force: true });
    return;
  }
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(actualFile, actual);
  const how = `compare ${actualFile}, and accept it with UPDATE_GOLDEN=1`;
  assert.ok(expected !== undefined, `${file} does not exist: ${how}`);
  assert.equal(actual, expected, `${file} differs, ${how}\n${firstDifference(expected, actual)}`);
}

/** The first line that differs, with its number, as a reader looks for it in the file. */
function firstDifference(expected: string, actual: string): string {
  const wanted = expected.split('\n');
  const got = actual.split('\n');
  const length = Math.max(wanted.length, got.length);
  for (let index = 0; index < length; index++) {
    if (wanted[index] === got[index]) continue;
    const [want, have] = [wanted[index] ?? '(no such line)', got[index] ?? '(no such line)'];
    return `line ${index + 1}\n- ${want}\n+ ${have}`;
  }
  return '';
}
