// A driver to begin with runs and passes as it is written, in every release that it is offered for.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import test from 'node:test';
import { checkSource, RELEASES } from '../../kho/index.ts';
import { canScaffold, isCleanRun, scaffoldDriver } from '../../simulator/index.ts';
import { runInProcesses, scenarioFrom, withBindings } from './scenarios.ts';

const API = readFileSync('simulator/driver-api.ts', 'utf8');
const OFFERED = RELEASES.filter(canScaffold);

test('drivers are offered for every release that the simulator has', () => {
  assert.deepEqual(
    OFFERED.map(({ name }) => name),
    ['seed', '6.16', '6.17', '6.18', '6.19', '7.0', '7.1', '7.2', '7.3'],
  );
});

for (const release of OFFERED)
  test(`${release.title}: a new driver hands over as it is`, async (t) => {
    const folder = mkdtempSync(path.join(tmpdir(), 'kho-new-'));
    t.after(() => rmSync(folder, { recursive: true, force: true }));
    const files = scaffoldDriver('my-driver', API, release);
    for (const file of files) writeFileSync(path.join(folder, file.path), file.text);
    const bindings = withBindings([folder]);
    const scenario = path.join(folder, 'my-driver.kho.json');
    const value = scenarioFrom(scenario, readFileSync(scenario, 'utf8'));
    assert.equal(value.kernels[0]?.release, release.name);
    const result = await runInProcesses(value, {}, 1, bindings);
    assert.ok(isCleanRun(result), JSON.stringify(result.findings));
    assert.equal(result.kernels[1]?.isKhoBoot, true);
    const dts = files.find((file) => file.path.endsWith('.dts'));
    const text = dts?.text ?? '';
    const checked = checkSource({ path: 'my-driver.kho.dts', text }, { bindings, release });
    assert.deepEqual(
      checked.issues.filter(({ severity }) => severity !== 'info'),
      [],
    );
  });
