// Functions: heads, and bodies that undo what they did where a step of theirs fails.
import { wrapDeclaration, wrapHead } from './c-text.ts';

export interface CFunction {
  readonly head: string;
  /** Longest first, as the kernel writes them. */
  readonly locals: readonly string[];
  readonly body: readonly string[];
  readonly doc?: readonly string[];
}

/** A function, with what is said of it. */
export function functionLines({
  head,
  locals,
  body: written,
  doc = [],
}: CFunction): readonly string[] {
  const body = withLastCallReturned(written);
  const text = body.join('\n');
  const isUsed = (local: string): boolean =>
    new RegExp(`\\b${/\w+(?=(\[.*\])?( = .*)?$)/.exec(local)?.[0]}\\b`).test(text);
  const declared = [...new Set(locals)].filter(isUsed).sort((a, b) => b.length - a.length);
  return [
    ...doc,
    ...wrapHead(head),
    '{',
    ...declared.map((local) => `\t${local};`),
    ...(declared.length === 0 ? [] : ['']),
    ...body.flatMap(wrapDeclaration),
    '}',
    '',
  ];
}

/** How a step that failed leaves its function. */
export interface Leave {
  /** Lines of an `if` with what follows it; `error` where `err` does not hold it yet. */
  readonly if: (condition: string, tabs: string, error?: string) => readonly string[];
  /** The same, undoing what the step itself has done so far. */
  readonly undoing: (condition: string, tabs: string) => readonly string[];
}

/** What the last step returns is what the function returns. */
function withLastCallReturned(body: readonly string[]): readonly string[] {
  const [call = '', ...rest] = body.slice(-5);
  const tail = ['\tif (err)', '\t\treturn err;', '', '\treturn 0;'];
  const expression = /^\terr = ([^?].*);$/.exec(call)?.[1];
  if (expression === undefined || rest.join('\n') !== tail.join('\n')) return body;
  const before = body.slice(0, -5);
  const isApart = before.length === 0 || before.at(-1) === '';
  return [...before, ...(isApart ? [] : ['']), `\treturn ${expression};`];
}

/** Something that a function does and may have to undo. */
export interface CStep {
  /** Lines, of which those that fail leave as `leave` says. */
  readonly act: (leave: Leave) => readonly string[];
  readonly undo: readonly string[];
  /** What the label of the undoing is called after `err_`. */
  readonly label: string;
  readonly locals: readonly string[];
  /** The index of a step that is a loop, which undoing counts down from all. */
  readonly index?: { readonly name: string; readonly count: string };
}

/**
 * The body of a function that takes steps, all or none: where one fails, those before it are undone
 * in reverse. `err` holds the error.
 */
export function allOrNothing(steps: readonly CStep[]): readonly string[] {
  const labelled = new Set<number>();
  const goTo = (index: number, condition: string, tabs: string, error?: string): string[] => {
    labelled.add(index);
    const label = `goto err_${steps[index]?.label};`;
    if (error === undefined) return [`${tabs}if (${condition})`, `${tabs}\t${label}`];
    return [
      `${tabs}if (${condition}) {`,
      `${tabs}\terr = ${error};`,
      `${tabs}\t${label}`,
      `${tabs}}`,
    ];
  };
  const done = steps.flatMap((step, index) => {
    const before = lastUndone(steps, index - 1);
    const leave: Leave = {
      if: (condition, tabs, error) =>
        before === undefined
          ? [`${tabs}if (${condition})`, `${tabs}\treturn ${error ?? 'err'};`]
          : goTo(before, condition, tabs, error),
      undoing: (condition, tabs) => goTo(index, condition, tabs),
    };
    return [...step.act(leave), ''];
  });
  const first = Math.max(-1, ...labelled);
  const undone = steps
    .map(({ undo, label }, index) => (labelled.has(index) ? [`err_${label}:`, ...undo] : undo))
    .slice(0, first + 1)
    .reverse()
    .flat();
  return [...done, '\treturn 0;', ...(undone.length === 0 ? [] : ['', ...undone, '\treturn err;'])];
}

function lastUndone(steps: readonly CStep[], from: number): number | undefined {
  for (let index = from; index >= 0; index--)
    if ((steps[index]?.undo.length ?? 0) > 0) return index;
  return undefined;
}
