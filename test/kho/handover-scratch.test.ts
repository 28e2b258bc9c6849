// Scratch regions that are empty: one of them is what a real kernel makes.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeHandover, NEWEST_RELEASE, type PhysRange } from '../../kho/index.ts';
import { buildHandover } from './handover-builder.ts';
import { SHIPPED } from './shipped-bindings.ts';

const MiB = 2n ** 20n;
const region = (address: bigint, sizeBytes: bigint): PhysRange => ({ address, sizeBytes });

test('only the region for anywhere may be empty', () => {
  const { image } = buildHandover({ release: NEWEST_RELEASE });
  const said = (scratch: readonly PhysRange[]): (readonly [string, string])[] =>
    decodeHandover({ ...image, scratch }, { bindings: SHIPPED })
      .issues.filter(({ message }) => / is empty/.test(message))
      .map(({ rule, severity }) => [rule, severity] as const);
  const [low, node] = [region(4096n * MiB - 64n * MiB, 64n * MiB), region(4096n * MiB, 64n * MiB)];
  const none = region(8192n * MiB, 0n);
  assert.deepEqual(said([low, none, node]), [['kernel-defect', 'info']]);
  assert.deepEqual(said([none, low, node]), [['scratch-alignment', 'error']]);
  assert.deepEqual(said([low, region(2048n * MiB, 64n * MiB), none]), [
    ['scratch-alignment', 'error'],
  ]);
});
