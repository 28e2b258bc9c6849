// What fault injection found, for a terminal.
import { inLanguageOf } from '../kernel-names.ts';
import type { CallSite, FallibleCall, Finding } from '../result.ts';
import type { FaultReport, FaultRun, SiteCoverage } from '../run/explore-faults.ts';
import { siteText } from '../run/recorder.ts';

/** Failures that look alike and are listed by number. */
const MAX_NUMBERS = 12;

/** What drivers did not survive, and what was tried. Paths below `folder` are relative to it. */
export function formatFaultReport(report: FaultReport, folder = ''): string {
  const place = (site: CallSite | undefined): string => placeText(site, folder);
  const { base, runs, calls, coverage } = report;
  const failures = groupsOf(runs);
  const failed = failures.reduce((sum, group) => sum + group.runs.length, 0);
  const lines = [base.title, ''];
  for (const group of failures) lines.push(...failureLines(group, place), '');
  const which = runs.length < calls ? `${runs.length} of ${calls} calls that may fail` : `${calls}`;
  lines.push(
    calls === 0
      ? 'No call of the drivers may fail.'
      : `Failed ${which}${runs.length < calls ? '' : ' calls that may fail'}, one run each: ` +
          `${survivedText(failed)}.`,
  );
  if (base.findings.length > 0)
    lines.push(
      `Without a fault there are ${base.findings.length} findings (kho simulate shows them), ` +
        'which are left out here.',
    );
  return `${[...lines, '', ...coverageLines(coverage, place)].join('\n')}\n`;
}

function survivedText(failed: number): string {
  if (failed === 0) return 'drivers survive all of them';
  return failed === 1 ? '1 is not survived' : `${failed} are not survived`;
}

/** Failures that led to the same. */
interface Group {
  readonly run: FaultRun;
  readonly runs: FaultRun[];
}

function groupsOf(runs: readonly FaultRun[]): readonly Group[] {
  const groups = new Map<string, Group>();
  for (const run of runs) {
    const { findings, reason = '' } = run;
    if (findings.length === 0 && run.reason === undefined) continue;
    const what = findings.map(({ rule, site }) => `${rule} ${placeText(site, '')}`).sort();
    const key = [reason, ...what].join('\n');
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { run, runs: [run] });
    else group.runs.push(run);
  }
  return [...groups.values()];
}

function failureLines(
  { run, runs }: Group,
  place: (site: CallSite | undefined) => string,
): string[] {
  const lines = run.findings.flatMap((finding) => findingLines(finding, place));
  if (run.reason !== undefined) lines.push(`error: the run ends early: ${run.reason}`);
  const numbers = new Map<string, number[]>();
  for (const { fault, call } of runs) {
    const text = fault === undefined ? 'a call' : `${place(fault.site)}${faultText(fault)}`;
    const same = numbers.get(text);
    if (same === undefined) numbers.set(text, [call]);
    else same.push(call);
  }
  for (const [text, calls] of numbers) lines.push(`   when ${text} (${numbersText(calls)})`);
  return lines;
}

function numbersText(numbers: readonly number[]): string {
  const shown = numbers.slice(0, MAX_NUMBERS).join(', ');
  const more = numbers.length > MAX_NUMBERS ? `, … ${numbers.length} in all` : '';
  return `call ${shown}${more}`;
}

function findingLines(
  { severity, rule, message, site, help }: Finding,
  place: (site: CallSite | undefined) => string,
): string[] {
  const lines = [`${place(site)}${severity}: ${message} [${rule}]`];
  if (help !== undefined) lines.push(`   help: ${help}`);
  return lines;
}

function faultText({ function: name, kernel, driver, site }: FallibleCall): string {
  return inLanguageOf(site?.path, `${name}() fails in kernel ${kernel}, driver ${driver}`);
}

function coverageLines(
  coverage: readonly SiteCoverage[],
  place: (site: CallSite | undefined) => string,
): string[] {
  if (coverage.length === 0) return [];
  const failed = coverage.filter((site) => site.failed > 0).length;
  const lines = [
    `Places that such calls come from: ${coverage.length}, of which ${failed} failed.`,
  ];
  for (const site of coverage) {
    const { calls, driver, isOnErrorPath } = site;
    const times = site.failed === 0 ? 'never failed' : `failed ${site.failed}×`;
    const path = isOnErrorPath ? ', reached only after another failure' : '';
    const name = inLanguageOf(site.site?.path, `${site.function}()`);
    lines.push(`   ${place(site.site)}${name} of ${driver}: called ${calls}×, ${times}${path}`);
  }
  return lines;
}

function placeText(site: CallSite | undefined, folder: string): string {
  if (site === undefined) return '';
  const isBelow = folder !== '' && site.path.startsWith(`${folder}/`);
  const path = isBelow ? site.path.slice(folder.length + 1) : site.path;
  return folder === '' ? `${siteText(site)}: ` : `${path}:${site.line}:${site.column}: `;
}
