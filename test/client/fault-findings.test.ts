import assert from 'node:assert/strict';
import test from 'node:test';
import { findingsOfFaults } from '../../client/fault-findings.ts';
import type { FallibleCall, Finding } from '../../simulator/index.ts';

const site = (line: number): { path: string; line: number; column: number } => ({
  path: '/d.ts',
  line,
  column: 3,
});

function finding(rule: string, line: number): Finding {
  const base = { severity: 'error', message: rule, kernel: 1, phase: 'run', related: [] } as const;
  return { ...base, rule, site: site(line) };
}

function fault(name: string, line: number): FallibleCall {
  return { number: 1, nth: 1, kernel: 2, driver: 'd', function: name, site: site(line) };
}

test('what several failures lead to is one finding, with all of them beside it', () => {
  const runs = [
    { call: 1, fault: fault('kzalloc', 5), findings: [finding('left-allocated', 4)] },
    { call: 2, fault: fault('vmalloc', 6), findings: [finding('left-allocated', 4)] },
    { call: 3, fault: fault('vmalloc', 7), findings: [finding('left-preserved', 4)] },
    { call: 4, fault: fault('vmalloc', 8), findings: [] },
  ];
  const base = { outcome: 'completed', findings: [finding('never-restored', 1)] } as const;
  assert.deepEqual(
    findingsOfFaults({ base, runs }).map(({ rule, related }) => [
      rule,
      ...related.map((other) => `${other.message}:${other.site?.line}`),
    ]),
    [
      ['never-restored'],
      [
        'left-allocated',
        'when kzalloc() fails here, in kernel 2:5',
        'when vmalloc() fails here, in kernel 2:6',
      ],
      ['left-preserved', 'when vmalloc() fails here, in kernel 2:7'],
    ],
  );
});
