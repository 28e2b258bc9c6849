// A run as a person reads it: plain for a terminal, Markdown for an editor.
import { columns, hexText, sizeText } from '../../kho/index.ts';
import type { CallSite, Finding, KernelSummary, PreservedRange, RunResult } from '../result.ts';

/** Ranges, console lines and lines of an FDT that a summary shows; the trace has all of them. */
const MAX_RANGES = 40;
const MAX_CONSOLE_LINES = 20;
const MAX_FDT_LINES = 80;

/** True if a run came to what it should: its own expectation, or no finding above `info`. */
export function isCleanRun(result: RunResult): boolean {
  const { expectation } = result;
  if (expectation !== undefined)
    return expectation.missing.length + expectation.unexpected.length === 0;
  const all = [...result.findings, ...result.issues];
  return result.outcome === 'completed' && all.every(({ severity }) => severity === 'info');
}

/** How headings, lists and blocks are written. */
interface Markup {
  title(text: string): string;
  heading(text: string): string;
  block(language: string, lines: readonly string[]): readonly string[];
  table(head: readonly string[], rows: readonly (readonly string[])[]): readonly string[];
  code(text: string): string;
  /** How a place in a file is shown. */
  site(site: CallSite): string;
}

const PLAIN: Markup = {
  title: (text) => text,
  heading: (text) => `── ${text}`,
  block: (_language, lines) => lines.map((line) => (line === '' ? '' : `   ${line}`)),
  table: (head, rows) => columns([head, ...rows]).map((line) => `   ${line}`),
  code: (text) => text,
  site: siteText,
};

const MARKDOWN: Markup = {
  title: (text) => `# ${text}`,
  heading: (text) => `## ${text}`,
  block: (language, lines) => [`\`\`\`${language}`, ...lines, '```'],
  table: (head, rows) => [
    `| ${head.join(' | ')} |`,
    `|${head.map(() => '---').join('|')}|`,
    ...rows.map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`),
  ],
  code: (text) => `\`${text}\``,
  // Previews follow no links to files; the findings are in the list of problems as well.
  site: ({ path, line, column }) =>
    `\`${path.slice(path.lastIndexOf('/') + 1)}:${line}:${column}\``,
};

function siteText({ path, line, column }: CallSite): string {
  return `${path}:${line}:${column}`;
}

/** What happened, for a terminal. Paths below `folder` are shown relative to it. */
export function formatRunSummary(result: RunResult, folder = ''): string {
  const site = (each: CallSite): string => {
    const text = siteText(each);
    return folder !== '' && text.startsWith(`${folder}/`) ? text.slice(folder.length + 1) : text;
  };
  return format(result, { ...PLAIN, site });
}

/** What happened, for an editor. */
export function formatRunMarkdown(result: RunResult): string {
  return format(result, MARKDOWN);
}

function format(result: RunResult, markup: Markup): string {
  const head = [markup.title(result.title), '', outcomeText(result), ''];
  const kernels = result.kernels.flatMap((kernel, index) =>
    kernelLines(kernel, result.kernels[index + 1], markup),
  );
  const findings = [markup.heading('Findings'), '', ...findingLines(result, markup), ''];
  // What matters most is where the reader looks first: the end of a terminal, the top of a page.
  const body = markup === MARKDOWN ? [...findings, ...kernels] : [...kernels, ...findings];
  const lines = [...head, ...body];
  return lines.join('\n').replace(/\n{3,}/g, '\n\n');
}

function outcomeText(result: RunResult): string {
  const { outcome, reason, kernels, seed, eventCount, expectation } = result;
  const count = `${kernels.length} ${kernels.length === 1 ? 'kernel' : 'kernels'}`;
  const head = `${outcome === 'completed' ? 'Completed' : `${outcome}: ${reason}`}`;
  const words = [`${head.charAt(0).toUpperCase()}${head.slice(1)}`, count, `seed ${seed}`];
  words.push(`${eventCount} events in the trace`);
  if (expectation !== undefined) words.push(expectationText(expectation));
  return `${words.join(' · ')}.`;
}

function expectationText(expectation: NonNullable<RunResult['expectation']>): string {
  const { missing, unexpected } = expectation;
  if (missing.length + unexpected.length === 0) return 'as the scenario expects';
  const words = [];
  if (missing.length > 0) words.push(`expected and not found: ${missing.join(', ')}`);
  if (unexpected.length > 0) words.push(`found and not expected: ${unexpected.join(', ')}`);
  return words.join('; ');
}

function kernelLines(
  summary: KernelSummary,
  next: KernelSummary | undefined,
  markup: Markup,
): string[] {
  const { kernel, release, drivers, isKhoBoot, phases, preserved, fdt, fdtSource } = summary;
  const lines = [
    markup.heading(`Kernel ${kernel}: ${release}, ${isKhoBoot ? 'KHO boot' : 'cold boot'}`),
    '',
    `Phases: ${phases.join(' → ')}`,
    '',
    `Drivers: ${drivers.join(', ') || 'none'}`,
    '',
  ];
  if (summary.console.length > 0)
    lines.push('Console:', '', ...markup.block('', cut(summary.console, MAX_CONSOLE_LINES)), '');
  if (fdt !== undefined && fdtSource !== undefined) {
    const source = cut(fdtSource.trimEnd().split('\n'), MAX_FDT_LINES);
    lines.push(`FDT (${fdt.length} bytes):`, '', ...markup.block('kho-fdt', source), '');
  }
  if (preserved.length > 0)
    lines.push(
      `Handed over: ${preservedText(preserved)}${fateText(preserved, next)}`,
      '',
      ...rangeTable(preserved, next, markup),
      '',
    );
  return lines;
}

function cut(lines: readonly string[], most: number): readonly string[] {
  if (lines.length <= most) return lines;
  return [...lines.slice(0, most), `… ${lines.length - most} more lines`];
}

function preservedText(preserved: readonly PreservedRange[]): string {
  const bytes = preserved.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0n);
  const nodes = new Set(preserved.map(({ node }) => node)).size;
  const by = preserved.some(({ node }) => node.endsWith('()')) ? 'call' : 'node';
  const ranges = preserved.length === 1 ? 'range' : 'ranges';
  const of = `${nodes} ${by}${nodes === 1 ? '' : 's'}`;
  return `${preserved.length} ${ranges}, ${sizeText(bytes)}, of ${of}`;
}

function fateText(preserved: readonly PreservedRange[], next: KernelSummary | undefined): string {
  if (next === undefined) return '';
  const count = (fate: PreservedRange['fate']): number =>
    preserved.filter((each) => each.fate === fate).length;
  const words = (['claimed', 'returned', 'restored'] as const)
    .filter((fate) => count(fate) > 0)
    .map((fate) => `${count(fate)} ${fate}`);
  if (count('unclaimed') > 0) words.push(`${count('unclaimed')} never taken back`);
  return `; kernel ${next.kernel}: ${words.join(', ')}`;
}

function rangeTable(
  preserved: readonly PreservedRange[],
  next: KernelSummary | undefined,
  markup: Markup,
): readonly string[] {
  const head = ['address', 'size', 'node', next === undefined ? 'fate' : `kernel ${next.kernel}`];
  const rows = preserved
    .slice(0, MAX_RANGES)
    .map(({ address, sizeBytes, node, fate }) => [
      markup.code(hexText(address)),
      sizeText(sizeBytes),
      node,
      fate === 'unclaimed' ? 'never taken back' : fate,
    ]);
  if (preserved.length > MAX_RANGES)
    rows.push(['…', '', `${preserved.length - MAX_RANGES} more`, '']);
  return markup.table(head, rows);
}

function findingLines(result: RunResult, markup: Markup): string[] {
  const lines: string[] = [];
  for (const finding of result.findings) lines.push(...findingText(finding, markup), '');
  for (const { severity, message, rule } of result.issues)
    lines.push(`${severity}: ${message} [${rule}]`, '');
  return lines.length === 0 ? ['None.'] : lines.slice(0, -1);
}

function findingText(finding: Finding, markup: Markup): string[] {
  const { severity, message, rule, site, kernel, phase, help, related } = finding;
  const place = site === undefined ? '' : `${markup.site(site)}: `;
  const lines = [`${place}${severity}: ${message} [${rule}]`];
  lines.push(
    `   in kernel ${kernel}, ${phase}${finding.driver ? `, driver ${finding.driver}` : ''}`,
  );
  if (help !== undefined) lines.push(`   help: ${help}`);
  for (const other of related) {
    const at = other.site === undefined ? '' : `${markup.site(other.site)}: `;
    lines.push(`   ${at}note: ${other.message}`);
  }
  // In Markdown, lines that follow each other are one paragraph unless they end in two spaces.
  return markup === MARKDOWN ? lines.map((line) => `${line.trim()}  `) : lines;
}
