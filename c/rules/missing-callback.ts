import type { Tree } from 'web-tree-sitter';
import type { Rule } from '../../kho/index.ts';
import type { ListExpression } from '../syntax/expression.ts';
import { plainTree } from '../syntax/plain-tree.ts';
import { readDeclaration } from '../syntax/read-declaration.ts';
import type { FileContext } from './file-context.ts';

const MISSING_CALLBACK: Rule = {
  name: 'missing-callback',
  severity: 'error',
  what: 'A handler of files or shared data has every callback that it is registered for',
};

export const CALLBACK_RULES: readonly Rule[] = [MISSING_CALLBACK];

/** Callbacks without which registering fails. */
const REQUIRED: Readonly<Record<string, readonly string[]>> = {
  liveupdate_file_ops: ['can_preserve', 'preserve', 'unpreserve', 'retrieve', 'finish'],
  liveupdate_flb_ops: ['preserve', 'unpreserve', 'retrieve', 'finish'],
};

const DECLARATION = /\bstruct\s+(liveupdate_(?:file|flb)_ops)\s+\w+\s*=/;

/** Reports initializers of callback structs that leave out what is required. */
export function checkCallbacks(tree: Tree, { text, reportIn }: FileContext): void {
  if (!DECLARATION.test(text)) return;
  for (const node of tree.rootNode.descendantsOfType('declaration')) {
    const { startIndex: start, endIndex: end } = node;
    const own = text.slice(start, end);
    const struct = DECLARATION.exec(own)?.[1];
    const copied = struct === undefined || node.hasError ? undefined : plainTree(node);
    if (struct === undefined || copied === undefined) continue;
    for (const statement of readDeclaration(copied, own)) {
      if (statement.kind !== 'declaration' || statement.value?.kind !== 'list') continue;
      const missing = missingIn(statement.value, struct);
      if (missing.length === 0) continue;
      const { variable } = statement;
      const names = missing.map((each) => `.${each}`).join(', ');
      reportIn(undefined)(
        MISSING_CALLBACK,
        { start: start + variable.start, end: start + variable.end },
        `${variable.name} has no ${names}`,
        { help: 'Registering it fails with -EINVAL' },
      );
    }
  }
}

function missingIn({ items }: ListExpression, struct: string): string[] {
  const given = new Set(items.map(({ field }) => field));
  // Without designators it is not told which is which.
  if (given.has(undefined)) return [];
  return (REQUIRED[struct] ?? []).filter((each) => !given.has(each));
}
