// A state of a run as a person reads it.
import { columns, hexText, sizeText } from '../../kho/index.ts';
import type { CallSite } from '../result.ts';
import type { KernelState, MachineState } from '../trace/state.ts';

/** Rows of a table, and lines of a console, that are shown; --json has all of them. */
const MAX_ROWS = 40;
const MAX_CONSOLE_LINES = 10;

/** What there is at an event. Paths below `folder` are relative to it. */
export function formatState(state: MachineState, folder = ''): string {
  const lines = [`At event ${state.event}:`, state.line.trimStart(), ''];
  for (const kernel of state.kernels) lines.push(...kernelLines(kernel, folder));
  if (state.kernels.length < state.kernel)
    lines.push(`── Kernel ${state.kernel}: in early boot`, '');
  lines.push('── Findings so far', '');
  if (state.findings.length === 0) lines.push('None.');
  for (const { severity, message, rule, site } of state.findings)
    lines.push(`${placeText(site, folder)}${severity}: ${message} [${rule}]`);
  return `${lines.join('\n').replace(/\n{3,}/g, '\n\n')}\n`;
}

function kernelLines(state: KernelState, folder: string): string[] {
  const { kernel, release, isRunning, isKhoBoot } = state;
  const boot = isKhoBoot ? 'KHO boot' : 'cold boot';
  const lines = [`── Kernel ${kernel}: ${release}, ${boot}, ${isRunning ? 'running' : 'gone'}`, ''];
  if (isRunning) lines.push(`Free: ${state.freePages} pages`, '');
  lines.push(
    ...table(
      'Scratch',
      ['address', 'size'],
      state.scratch.map(({ address, sizeBytes }) => [hexText(address), sizeText(sizeBytes)]),
    ),
    ...table(
      'Memory',
      ['address', 'size', 'owner', 'kind', 'taken at'],
      state.memory.map(({ address, sizeBytes, owner, kind, site }) => [
        hexText(address),
        sizeText(sizeBytes),
        owner,
        kind,
        placeText(site, folder).replace(/: $/, ''),
      ]),
    ),
    ...table(
      'Preserved',
      ['address', 'size', 'by', 'driver', 'fate'],
      state.preserved.map(({ address, sizeBytes, node, driver = '', fate }) => [
        hexText(address),
        sizeText(sizeBytes),
        node,
        driver,
        fate,
      ]),
    ),
    ...table(
      'Subtrees',
      ['name', 'blob', 'driver', 'added at'],
      state.subtrees.map(({ name, address, driver, site }) => [
        name,
        hexText(address),
        driver,
        placeText(site, folder).replace(/: $/, ''),
      ]),
    ),
    ...table(
      'Sessions',
      ['name', 'state'],
      state.sessions.map((session) => [session.name, session.state]),
    ),
    ...table(
      'Files',
      ['path', 'holds'],
      state.files.map(({ path, text, sizeBytes }) => [
        path,
        text === undefined ? `${sizeBytes} bytes` : JSON.stringify(text),
      ]),
    ),
  );
  if (state.fdtSource !== undefined)
    lines.push('FDT:', '', ...state.fdtSource.trimEnd().split('\n').map(indented), '');
  if (state.console.length > 0)
    lines.push('Console:', '', ...state.console.slice(-MAX_CONSOLE_LINES).map(indented), '');
  return lines;
}

function indented(line: string): string {
  return line === '' ? '' : `   ${line}`;
}

function table(
  title: string,
  head: readonly string[],
  rows: readonly (readonly string[])[],
): readonly string[] {
  if (rows.length === 0) return [];
  const shown = rows.slice(0, MAX_ROWS);
  const more = rows.length > MAX_ROWS ? [`   … ${rows.length - MAX_ROWS} more`] : [];
  return [`${title}:`, '', ...columns([head, ...shown]).map(indented), ...more, ''];
}

function placeText(site: CallSite | undefined, folder: string): string {
  if (site === undefined) return '';
  const { path, line, column } = site;
  const isBelow = folder !== '' && path.startsWith(`${folder}/`);
  return `${isBelow ? path.slice(folder.length + 1) : path}:${line}:${column}: `;
}
