// The museum: every bug gives exactly the findings that its scenario names, each at its line, and
// what puts it right gives none.
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import test from 'node:test';
import { isCleanRun, type Scenario } from '../../simulator/index.ts';
import { runInProcesses, scenarioFrom, withBindings } from './scenarios.ts';

const FOLDER = 'examples/bugs';
const BUGS = readdirSync(FOLDER, { withFileTypes: true })
  .filter((each) => each.isDirectory())
  .map(({ name }) => name);

function scenarioAt(file: string): Scenario {
  return scenarioFrom(path.resolve(file), readFileSync(file, 'utf8'));
}

async function check(bug: string, scenario: Scenario): Promise<void> {
  const folders = scenario.bindings.map((each) => path.resolve(FOLDER, bug, each));
  const result = await runInProcesses(scenario, {}, scenario.seed, withBindings(folders));
  const found = result.findings.map(({ rule, message, site }) => [rule, message, site]);
  assert.ok(isCleanRun(result), JSON.stringify([result.expectation, found], null, 1));
}

for (const bug of BUGS) {
  test(`${bug}: the bug is found, at its line`, async () => {
    const scenario = scenarioAt(`${FOLDER}/${bug}/buggy.kho.json`);
    const wanted = scenario.expect.findings ?? [];
    assert.ok(wanted.length > 0 && wanted.every(({ at }) => at !== undefined));
    await check(bug, scenario);
  });
  test(`${bug}: put right there is nothing to find`, async () => {
    const scenario = scenarioAt(`${FOLDER}/${bug}/fixed.kho.json`);
    assert.deepEqual(scenario.expect.findings, []);
    await check(bug, scenario);
  });
}

test('the list of bugs has each of them, and what is found', () => {
  const rows = readFileSync('docs/bugs.md', 'utf8')
    .split('\n')
    .filter((line) => line.includes('kho simulate examples/bugs/'))
    .map((line) => line.split('|').map((cell) => cell.trim()));
  const listed = rows.map(([, number, , , , run, finding]) => [number, run, finding]);
  const expected = BUGS.map((bug) => {
    const { findings = [] } = scenarioAt(`${FOLDER}/${bug}/buggy.kho.json`).expect;
    const rules = [...new Set(findings.map(({ rule }) => rule))];
    return [
      bug.split('-')[0]?.replace(/^0/, ''),
      `\`kho simulate ${FOLDER}/${bug}/buggy.kho.json\``,
      rules.map((rule) => `[${rule}](rules/${rule}.md)`).join(', '),
    ];
  });
  assert.deepEqual(listed.sort(), expected.sort());
});
