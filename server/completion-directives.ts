// The directives of the language, as completions.
import { CompletionItemKind } from 'vscode-languageserver/node';
import type { Draft } from './completion-draft.ts';
import type { Template, TemplateHole } from './completion-template.ts';

const NAME: TemplateHole = { hint: 'name', plain: 'name' };
const HERE: TemplateHole = { hint: '', plain: '' };

/** `insert` in place of `label`, behind what the bindings have. */
export function directive(label: string, insert: Template, detail: string, rank = 5): Draft {
  return { label, kind: CompletionItemKind.Keyword, rank, insert, detail };
}

/** Stands between any two items. */
export const INCLUDE: Draft = directive(
  '/include/',
  ['/include/ "', HERE, '"'],
  'Goes on in another file',
);

/** Directives in the body of a node. */
export const NODE_DIRECTIVES: readonly Draft[] = [
  directive('/delete-property/', ['/delete-property/ ', NAME, ';'], 'Takes a property away'),
  directive('/delete-node/', ['/delete-node/ ', NAME, ';'], 'Takes a node away'),
  INCLUDE,
];

/** Directives that begin a value. */
export const VALUE_DIRECTIVES: readonly Draft[] = [
  directive(
    '/bits/',
    ['/bits/ ', { hint: '64', plain: '64', choices: ['8', '16', '32', '64'] }, ' <', HERE, '>'],
    'Cells of another width',
  ),
  directive('/incbin/', ['/incbin/("', HERE, '")'], 'The bytes of a file'),
];
