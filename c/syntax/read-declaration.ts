// From the nodes of the grammar to the variables that they declare.
import { cleanupAfter } from './kernel-words.ts';
import { fieldOf, namedOf, type PlainNode } from './plain-tree.ts';
import { readExpression } from './read-expression.ts';
import type { Statement } from './statement.ts';

/** One statement for each variable that is declared. */
export function readDeclaration(node: PlainNode, text: string): Statement[] {
  const { start, end } = node;
  const first = fieldOf(node, 'declarator');
  if (first === undefined) return [];
  const written = text.slice(start, first.start).replace(/\b(?:static|register)\s+/g, '');
  return node.children
    .filter(({ field }) => field === 'declarator')
    .flatMap((declarator): Statement[] => {
      const isInit = declarator.type === 'init_declarator';
      const inner = isInit ? fieldOf(declarator, 'declarator') : declarator;
      const value = isInit ? fieldOf(declarator, 'value') : undefined;
      const named = inner && nameOfDeclarator(inner);
      if (named === undefined) return [];
      const variable = {
        name: text.slice(named.name.start, named.name.end),
        type: `${written.trim().replace(/\s+/g, ' ')} ${'*'.repeat(named.stars)}`.trim(),
        isStatic: /\bstatic\b/.test(text.slice(start, first.start)),
        cleanup: cleanupAfter(text, named.name.end),
        start: named.name.start,
        end: named.name.end,
      };
      return [
        { kind: 'declaration', variable, value: value && readExpression(value, text), start, end },
      ];
    });
}

/** The name in a declarator and how many pointers lead to it; an array counts as one. */
export function nameOfDeclarator(
  declarator: PlainNode,
): { readonly name: PlainNode; readonly stars: number } | undefined {
  switch (declarator.type) {
    case 'identifier':
      return { name: declarator, stars: 0 };
    case 'pointer_declarator': {
      const inner = fieldOf(declarator, 'declarator');
      const found = inner && nameOfDeclarator(inner);
      return found && { name: found.name, stars: found.stars + 1 };
    }
    case 'array_declarator':
    case 'parenthesized_declarator':
    case 'attributed_declarator': {
      const inner = fieldOf(declarator, 'declarator') ?? namedOf(declarator)[0];
      return inner && nameOfDeclarator(inner);
    }
    default:
      return undefined;
  }
}
