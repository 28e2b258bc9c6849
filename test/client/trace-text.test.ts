// What an editor makes of the text of a trace.
import assert from 'node:assert/strict';
import test from 'node:test';
import { eventOf, eventsAround, tracePlace, traceSections } from '../../client/trace-text.ts';

const LINES = [
  '     1 k1 early-boot phase',
  '     2 k1 late-boot  phase',
  '     3 k1 late-boot  call driver=d name=init at=d.ts:2:17',
  '     4 k1 run        pr_info driver=d text="what at=x.ts:9:9 says" at=my driver.c:12:1',
  '     5 k2 early-boot phase',
  '… 7 more lines: kho simulate --trace FILE writes them all',
  '',
];

test('a trace has sections for its kernels, and for the phases of each', () => {
  const flat = traceSections(LINES).flatMap((kernel) => [kernel, ...kernel.phases]);
  assert.deepEqual(
    flat.map(({ name, start, end }) => `${name} ${start}-${end}`),
    [
      ...['kernel 1 0-3', 'early-boot 0-0', 'late-boot 1-2', 'run 3-3'],
      ...['kernel 2 4-4', 'early-boot 4-4'],
    ],
  );
});

test('a line leads to the call that it names last, if it names one', () => {
  assert.equal(tracePlace(LINES[0] ?? ''), undefined);
  assert.equal(tracePlace(LINES[5] ?? ''), undefined);
  const text = LINES[2] ?? '';
  const place = tracePlace(text);
  assert.equal(text.slice(place?.start, place?.end), 'd.ts:2:17');
  assert.deepEqual([place?.file, place?.line, place?.column], ['d.ts', 2, 17]);
});

test('lines are events by their number, and others are none', () => {
  assert.deepEqual(LINES.map(eventOf), [1, 2, 3, 4, 5, undefined, undefined]);
});

test('states are asked for around an event, as far as there are any', () => {
  assert.deepEqual(eventsAround(1, 3), [1, 2, 3]);
  const around = eventsAround(100, 1000);
  assert.deepEqual([around[0], around.at(-1)], [92, 124]);
  assert.ok(around.includes(100));
});
