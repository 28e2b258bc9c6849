import assert from 'node:assert/strict';
import test from 'node:test';
import { type TraceFields, traceAddress } from '../../simulator/run/event-store.ts';
import { Recorder } from '../../simulator/run/recorder.ts';

/** The line of one event, without its number. */
function lineOf(name: string, fields: TraceFields): string {
  const recorder = new Recorder(undefined);
  recorder.event(name, fields);
  return recorder.trace;
}

test('an event is one line, made of what it was', () => {
  const check = (fields: TraceFields, expected: string): void =>
    assert.equal(lineOf('x', fields), `     1 k1 early-boot x${expected}\n`);
  check({}, '');
  check({ a: 1, b: undefined, c: 'word' }, ' a=1 c=word');
  check({ at: traceAddress(0x1f000) }, ' at=0x1f000');
  check({ text: 'two words', quote: 'a"b', none: '' }, ' text="two words" quote="a\\"b" none=""');
  check({ big: 2n ** 64n - 1n, yes: true }, ' big=18446744073709551615 yes=true');
  check({ long: 'x'.repeat(2000) }, ` long=${'x'.repeat(1024)}…`);
});

test('events of the same name may have other fields, kernels, phases and places', () => {
  const recorder = new Recorder(undefined);
  const site = { path: '/d/driver.ts', line: 3, column: 7 };
  recorder.event('call', { n: 1 });
  recorder.kernel = 2;
  recorder.phase = 'run';
  recorder.event('call', { n: 'one', m: -2.5 }, site);
  recorder.kernel = 1;
  recorder.phase = 'early-boot';
  recorder.event('call', { m: 4 }, { ...site });
  assert.deepEqual(
    [...recorder.lines()],
    [
      '     1 k1 early-boot call n=1',
      '     2 k2 run        call n=one m=-2.5 at=driver.ts:3:7',
      '     3 k1 early-boot call m=4 at=driver.ts:3:7',
    ],
  );
  assert.deepEqual(recorder.eventAt(2)?.fields, [
    ['n', 'one'],
    ['m', '-2.5'],
  ]);
  assert.equal(recorder.eventAt(4), undefined);
});

test('whoever listens is given the line at once, and it is the same', () => {
  const heard: string[] = [];
  const recorder = new Recorder((line) => heard.push(line));
  for (let i = 0; i < 40_000; i++) recorder.event(i % 3 === 0 ? 'a' : 'b', { i, at: `x${i}` });
  assert.deepEqual([...recorder.lines()], heard);
  assert.equal(recorder.eventCount, 40_000);
});
