// Issues as compilers print them, so that editors, terminals and people know how to read them.
import { type Issue, lineText, type Place, positionAt, presumedPlace } from '../../fdt/index.ts';

/** Escape sequences of a terminal, or none. */
export interface Style {
  bold(text: string): string;
  severity(severity: Issue['severity'] | 'note', text: string): string;
}

const COLOURS = { error: '31', warning: '35', info: '36', note: '36' } as const;

/** Colours only where somebody will see them. */
export function styleFor(isTerminal: boolean): Style {
  if (!isTerminal) return { bold: (text) => text, severity: (_, text) => text };
  return {
    bold: (text) => `\u001b[1m${text}\u001b[0m`,
    severity: (severity, text) => `\u001b[1;${COLOURS[severity]}m${text}\u001b[0m`,
  };
}

/** One issue: `file:line:col: error: message [rule]`, the line, a caret, help and notes. */
export function issueText(issue: Issue, style: Style): string {
  const head = [
    style.bold(`${placeText(issue)}:`),
    style.severity(issue.severity, `${issue.severity}:`),
    `${issue.message} [${issue.rule}]`,
  ].join(' ');
  const lines = [head, ...excerpt(issue, style, issue.severity)];
  if (issue.help !== undefined) lines.push(`  = help: ${issue.help}`);
  for (const related of issue.related ?? [])
    lines.push(
      [style.bold(`${placeText(related)}:`), style.severity('note', 'note:'), related.message].join(
        ' ',
      ),
      ...excerpt(related, style, 'note'),
    );
  return lines.join('\n');
}

/** `file:line:col` of a source, `file:0x38 (/node:property)` of a blob; counted from 1. */
export function placeText(place: Place): string {
  const { span, blob } = place;
  if (span !== undefined) {
    const { path, line, character } = presumedPlace(span.source, span.start);
    return `${path}:${line + 1}:${character + 1}`;
  }
  if (blob === undefined) return 'kho';
  const node = blob.node === undefined ? '' : ` (${blob.node})`;
  return `${blob.path}:0x${blob.offset.toString(16)}${node}`;
}

/** Longer lines are cut: a caret ten thousand columns away helps nobody. */
const MAX_EXCERPT_COLUMNS = 160;

function excerpt(place: Place, style: Style, severity: Issue['severity'] | 'note'): string[] {
  const { span } = place;
  if (span === undefined) return [];
  const start = positionAt(span.source, span.start);
  const end = positionAt(span.source, span.end);
  const text = lineText(span.source, start.line);
  const from = start.character > MAX_EXCERPT_COLUMNS ? start.character - 40 : 0;
  const shown = printable(text.slice(from, from + MAX_EXCERPT_COLUMNS));
  const before = shown.slice(0, start.character - from).replace(/[^\t]/g, ' ');
  const last = end.line === start.line ? end.character : text.length;
  const width = Math.max(1, Math.min(last, from + MAX_EXCERPT_COLUMNS) - start.character);
  const number = String(presumedPlace(span.source, span.start).line + 1).padStart(5);
  const marker = style.severity(severity, `^${'~'.repeat(width - 1)}`);
  return [`${number} | ${shown}`, `      | ${before}${marker}`];
}

/** Control characters would move the cursor or ring the bell. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are the point.
  return text.replace(/[\u0000-\u0008\u000b-\u001f\u007f]/g, '·');
}

/** `2 errors, 1 warning in 3 files` (or what `noun` says), or that there is nothing to say. */
export function summaryText(issues: readonly Issue[], fileCount: number, noun = 'file'): string {
  const counts = (['error', 'warning', 'info'] as const).flatMap((severity) => {
    const count = issues.filter((issue) => issue.severity === severity).length;
    if (count === 0) return [];
    return severity === 'info' ? [`${count} info`] : [plural(count, severity)];
  });
  const files = plural(fileCount, noun);
  return counts.length === 0 ? `${files} checked, no issues` : `${counts.join(', ')} in ${files}`;
}

export function plural(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
