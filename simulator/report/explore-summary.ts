// What exploring found, for a terminal and as JSON.
import type { ExploredFailure, ExploreReport } from '../explore/explore.ts';
import type { Failure } from '../explore/failure.ts';
import type { CallSite } from '../result.ts';

/** What failed and with which seed. Paths below `folder` are relative to it. */
export function formatExploreReport(report: ExploreReport, folder = ''): string {
  const { seeds, firstSeed, failure } = report;
  const which =
    seeds === 1 ? `Seed ${firstSeed}` : `Seeds ${firstSeed} to ${firstSeed + seeds - 1}`;
  if (failure === undefined) return `${which}: nothing fails.\n`;
  const { seed, shrunk, shrinkRuns } = failure;
  const lines = [
    `Seed ${seed} fails (--explore 1 --seed ${seed} tries it again):`,
    '',
    ...failureLines(failure.shrunkFailure, folder),
  ];
  for (const { kernel, driver, function: name, nth } of shrunk.faults ?? [])
    lines.push(`   when ${name}() of ${driver} in kernel ${kernel} fails, call ${nth} of it`);
  lines.push('', `Shrunk in ${shrinkRuns} runs to ${sizeOf(failure)}.`);
  return `${lines.join('\n')}\n`;
}

/** The report as plain JSON values. */
export function exploreReportToJson({ failure, ...rest }: ExploreReport): object {
  return { ...rest, ...(failure === undefined ? {} : { failure }) };
}

function failureLines({ findings, reason }: Failure, folder: string): string[] {
  const lines = findings.map(
    ({ severity, message, rule, site }) =>
      `${placeText(site, folder)}${severity}: ${message} [${rule}]`,
  );
  if (reason !== undefined) lines.push(`error: the run ends early: ${reason}`);
  return lines;
}

function sizeOf({ shrunk: { kernels, faults = [] } }: ExploredFailure): string {
  const sum = (count: (kernel: (typeof kernels)[number]) => number): number =>
    kernels.reduce((total, kernel) => total + count(kernel), 0);
  return [
    counted(kernels.length, 'kernel'),
    counted(new Set(kernels.flatMap(({ drivers = [] }) => drivers)).size, 'driver'),
    counted(
      sum(({ steps = [] }) => steps.length),
      'step',
    ),
    counted(faults.length, 'fault'),
  ].join(', ');
}

function counted(count: number, what: string): string {
  return `${count} ${what}${count === 1 ? '' : 's'}`;
}

function placeText(site: CallSite | undefined, folder: string): string {
  if (site === undefined) return '';
  const { path, line, column } = site;
  const isBelow = folder !== '' && path.startsWith(`${folder}/`);
  return `${isBelow ? path.slice(folder.length + 1) : path}:${line}:${column}: `;
}
