// Finds functions by the shape that the formatter gives them: it ends a function with a brace at
// the indentation of its first line.

export interface FunctionSpan {
  /** The function's first line, counted from 1. */
  readonly line: number;
  readonly lines: number;
  readonly head: string;
}

const CONTROL = /^\s*(?:\} )?(?:if|else|for|while|do|switch|try|catch|finally|with)\b/;
const METHOD =
  /^\s*(?:(?:static|async|override|get|set)\s+|\*)*[#\w$[\].]+(?:<.*>)?\(.*\)(?:: .*)? \{$/;

/** Functions, methods and arrow functions of more than one line in formatted `text`. */
export function findFunctions(text: string): readonly FunctionSpan[] {
  const lines = text.split('\n');
  const found: FunctionSpan[] = [];
  for (const [index, line] of lines.entries()) {
    if (!line.endsWith('{')) continue;
    const first = headOf(lines, index);
    const head = lines[first] as string;
    if (!opensFunction(head, line)) continue;
    const last = closingLine(lines, index, indentOf(line));
    if (last === undefined) continue;
    found.push({ line: first + 1, lines: last - first + 1, head: head.trim() });
  }
  return found;
}

/** The line that a signature over several lines starts on: `): Type {` closes what it opened. */
function headOf(lines: readonly string[], index: number): number {
  const line = lines[index] as string;
  if (!/^\s*\)/.test(line)) return index;
  for (let above = index - 1; above >= 0; above--) {
    const candidate = lines[above] as string;
    if (candidate !== '' && indentOf(candidate) <= indentOf(line)) return above;
  }
  return index;
}

function opensFunction(head: string, line: string): boolean {
  if (line.endsWith('=> {')) return true;
  if (CONTROL.test(head)) return false;
  if (/\bfunction\b/.test(head)) return true;
  return METHOD.test(line) || (head !== line && /\($/.test(head));
}

function closingLine(lines: readonly string[], from: number, indent: number): number | undefined {
  for (let index = from + 1; index < lines.length; index++) {
    const line = lines[index] as string;
    if (indentOf(line) === indent && line.trimStart().startsWith('}')) return index;
  }
  return undefined;
}

function indentOf(line: string): number {
  return line.length - line.trimStart().length;
}
