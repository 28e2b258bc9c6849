import assert from 'node:assert/strict';
import test from 'node:test';
import { NumberMap } from '../../simulator/machine/number-map.ts';
import { createRandom } from '../../simulator/machine/random.ts';

test('it does what a Map does', () => {
  for (const [seed, range] of [
    [1, 40],
    [2, 5000],
    [3, 2 ** 40],
  ] as const) {
    const random = createRandom(seed);
    const map = new NumberMap();
    const expected = new Map<number, number>();
    const keys = Array.from({ length: 3000 }, () => random.below(range));
    for (let step = 0; step < 60_000; step++) {
      const key = keys[random.below(keys.length)] as number;
      if (random.below(2) === 0) {
        map.set(key, step);
        expected.set(key, step);
      } else assert.equal(map.delete(key), expected.delete(key));
      assert.equal(map.size, expected.size);
      assert.equal(map.get(key), expected.get(key));
    }
    const sorted = [...expected.keys()].sort((a, b) => a - b);
    assert.deepEqual([...map.sortedKeys()], sorted);
    for (const key of sorted) assert.equal(map.get(key), expected.get(key));
    map.clear();
    assert.equal(map.has(sorted[0] as number), false);
  }
});

test('keys that come and go do not make it grow', () => {
  const map = new NumberMap();
  for (let key = 0; key < 1_000_000; key++) {
    map.set(key, 1);
    if (key >= 10) map.delete(key - 10);
  }
  assert.equal(map.size, 10);
  assert.equal(map.capacity, 64);
});
