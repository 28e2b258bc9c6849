import type { Location } from 'vscode-languageserver/node';
import type { Span } from '../fdt/index.ts';
import type { CheckedSource } from '../kho/index.ts';
import { locationOf } from './diagnostic.ts';
import { locate, type Place } from './locate.ts';

/** Where the node that a reference names begins, or the file that is included. */
export function definitionAt(
  checked: CheckedSource,
  place: Place,
  uriOf: (span: Span) => string | undefined,
): Location | undefined {
  const located = locate(checked, place);
  switch (located?.kind) {
    case 'reference':
      return located.target?.span && locationOf(located.target.span, uriOf);
    case 'include': {
      const { resolved } = located.include;
      return resolved && locationOf({ source: resolved, start: 0, end: 0 }, uriOf);
    }
    default:
      return undefined;
  }
}
