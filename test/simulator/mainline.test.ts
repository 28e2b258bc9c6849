// Every release of Linux hands over what its row says it can, and takes it back byte for byte.
import assert from 'node:assert/strict';
import test from 'node:test';
import { decodeHandover } from '../../kho/index.ts';
import { CMDLINE, hasCall, MAINLINE, runMainline, stateDriver } from './mainline-scenarios.ts';
import { BINDINGS } from './scenarios.ts';

for (const release of MAINLINE)
  for (const arch of ['x86_64', 'arm64'] as const)
    test(`${release.title}, ${arch}: ten seeds hand one of each over`, async () => {
      const releases = [release.name, release.name];
      const wanted = ['folio', ...(hasCall(release, 'khoRestorePages') ? ['pages'] : [])];
      if (hasCall(release, 'khoRestoreVmalloc')) wanted.push('area');
      if (hasCall(release, 'khoAllocPreserve')) wanted.push('alloc');
      for (let seed = 0; seed < 10; seed++) {
        const result = await runMainline({ releases, arch }, stateDriver(release), seed);
        // Before 6.18 pages can be preserved, and nothing takes them back.
        const left = hasCall(release, 'khoRestorePages') ? [] : ['never-restored'];
        assert.deepEqual(
          result.findings.map(({ rule, message }) => (left.includes(rule) ? rule : message)),
          left,
        );
        assert.equal(result.outcome, 'completed');
        assert.equal(result.kernels[1]?.isKhoBoot, true);
        assert.deepEqual(result.issues, []);
        const text = `d: taken back: ${wanted.join(' ')}`;
        assert.ok(result.kernels[1].console.includes(text), result.kernels[1].console.join('\n'));
      }
    });

for (const release of MAINLINE)
  test(`${release.title}: the decoder of real handovers finds all of it`, async () => {
    const releases = [release.name, release.name];
    const cmdline = `${CMDLINE} reserve_mem=4M:4096:trace`;
    const { images, kernels } = await runMainline({ releases, cmdline }, stateDriver(release));
    const [image] = images;
    assert.ok(image !== undefined);
    const handover = decodeHandover(image, { bindings: BINDINGS });
    assert.deepEqual(
      handover.issues.map(({ rule, message }) => `${rule}: ${message}`),
      [],
    );
    assert.equal(handover.release.name, release.name);
    assert.equal(handover.unclaimedPages, 0);
    const names = ['memblock', 'state'];
    if (release.formats.some(({ name }) => name === 'kexec-metadata')) names.push('kexec-metadata');
    assert.deepEqual(handover.subtrees.map(({ name }) => name).sort(), names.sort());
    const state = handover.subtrees.find(({ name }) => name === 'state');
    assert.equal(state?.state.kind, 'fdt');
    const hasArea = hasCall(release, 'khoPreserveVmalloc');
    assert.deepEqual(
      state.areas.map(({ area }) => [area.blockCount, area.chunks.length, area.isWhole]),
      hasArea ? [[600, 2, true]] : [],
    );
    assert.equal(
      handover.contents.find(({ name }) => name === 'memblock/trace')?.sizeBytes,
      4 << 20,
    );
    const preserved = kernels[0]?.preserved ?? [];
    const told = preserved.reduce((sum, { sizeBytes }) => sum + Number(sizeBytes) / 4096, 0);
    // The summary leaves out what KHO has for itself: the root FDT and the metadata.
    const own = names.includes('kexec-metadata') ? 2 : 1;
    assert.equal(handover.preserved?.pageCount, told + own);
  });
