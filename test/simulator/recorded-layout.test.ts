// What the simulator lays out in memory against what a real Linux 7.3.4 left: the same FDT byte for
// byte, and a tree of the same pages.
import assert from 'node:assert/strict';
import test, { type TestContext } from 'node:test';
import { fdtGetprop, fdtSubnodeOffset, readFdt } from '../../fdt/index.ts';
import { decodeHandover, type Handover, type Release, releaseNamed } from '../../kho/index.ts';
import { Kernel } from '../../simulator/kernel/kernel.ts';
import { LiveFdt } from '../../simulator/kho/mainline/live-fdt.ts';
import { RadixTracker } from '../../simulator/kho/mainline/radix-tracker.ts';
import { readMap } from '../../simulator/kho/mainline/read-map.ts';
import { createMachine } from '../../simulator/machine/machine.ts';
import { Recorder } from '../../simulator/run/recorder.ts';
import { recordedImage } from './recorded-handover.ts';

function recorded(t: TestContext): Handover | undefined {
  const image = recordedImage(t);
  return image === undefined ? undefined : decodeHandover(image);
}

test('the root FDT that the same calls make is that of the real kernel, byte for byte', (t) => {
  const handover = recorded(t);
  if (handover?.root === undefined) return;
  const { bytes } = handover.root;
  const value = (offset: number, name: string): Uint8Array => {
    const found = fdtGetprop(bytes, offset, name);
    assert.ok(typeof found !== 'number');
    return found;
  };
  const fdt = new LiveFdt(4096, [
    ['compatible', value(0, 'compatible')],
    ['preserved-memory-map', value(0, 'preserved-memory-map')],
  ]);
  assert.equal(fdt.bytes.length, 152, 'as libfdt makes it before anything is added');
  // The newest node comes first.
  const names = readFdt(bytes).value?.root.children.map(({ name }) => name) ?? [];
  for (const name of names.reverse()) {
    const offset = fdtSubnodeOffset(bytes, 0, name);
    assert.equal(fdt.addSubnode(name), 0);
    for (const property of ['preserved-data', 'blob-size'])
      assert.equal(fdt.addProperty(name, property, value(offset, property)), 0);
  }
  assert.deepEqual([...fdt.bytes], [...bytes]);
});

test('a tree of the recorded blocks has as many pages as the real one, and the same blocks', (t) => {
  const handover = recorded(t);
  if (handover?.preserved === undefined) return;
  const { blocks, mapPages, blockCount } = handover.preserved;
  const ram = [{ start: 0, sizeBytes: 2 ** 29 }];
  const machine = createMachine({ architecture: 'x86_64', pageBytes: 4096, ram }, 1);
  const options = { number: 1, release: '7.3', directMapBase: 1n << 60n, previous: undefined };
  const kernel = new Kernel(machine, new Recorder(undefined), options);
  let next = 2 ** 28;
  const context = { kernel, release: releaseNamed('7.3') as Release };
  const tracker = new RadixTracker(context, () => {
    next += 4096;
    machine.memory.fill(next, 4096, 0);
    return next;
  });
  const root = tracker.start();
  const wanted: string[] = [];
  for (let run = 0; run < blocks.length; run++) {
    const order = blocks.tag(run);
    for (
      let pfn = blocks.start(run);
      pfn < blocks.start(run) + blocks.pages(run);
      pfn += 2 ** order
    ) {
      assert.equal(tracker.add(pfn, order), 0);
      wanted.push(`${pfn} ${order}`);
    }
  }
  let pages = 0;
  for (let run = 0; run < mapPages.length; run++) pages += mapPages.pages(run);
  assert.equal([...tracker.pages()].length, pages);
  assert.equal(wanted.length, blockCount);
  const found: string[] = [];
  const visitor = {
    block: (pfn: number, order: number) => void found.push(`${pfn} ${order}`),
    page() {},
  };
  assert.equal(readMap(context, root ?? 0, visitor), true);
  assert.deepEqual(found.sort(), wanted.sort());
});

// Measured with the libfdt of 7.3: how many subtrees a page has room for, by the length of a name.
const ROOM: readonly [string, readonly string[], readonly (readonly [number, number])[]][] = [
  [
    'kho-v1',
    ['fdt'],
    [
      [4, 109],
      [8, 98],
      [16, 82],
      [32, 61],
    ],
  ],
  [
    'kho-v4',
    ['preserved-data', 'blob-size'],
    [
      [4, 70],
      [8, 65],
      [16, 57],
      [32, 46],
    ],
  ],
];

for (const [compatible, properties, counts] of ROOM)
  test(`a page has room for as many subtrees of ${compatible} as libfdt says`, () => {
    for (const [length, expected] of counts) {
      const fdt = new LiveFdt(4096, [
        ['compatible', new TextEncoder().encode(`${compatible}\0`)],
        ['preserved-memory-map', new Uint8Array(8)],
      ]);
      let count = 0;
      const add = (): boolean => {
        const name = String(count).padStart(length, 'n');
        if (fdt.addSubnode(name) !== 0) return false;
        return properties.every((each) => fdt.addProperty(name, each, new Uint8Array(8)) === 0);
      };
      while (add()) count += 1;
      assert.equal(count, expected, `names of ${length} characters`);
    }
  });
