import type { Severity } from './issue.ts';

/** The name of a rule of this room. */
export type FdtRuleName =
  | 'syntax-error'
  | 'missing-version'
  | 'bad-literal'
  | 'division-by-zero'
  | 'cell-overflow'
  | 'bad-cell-width'
  | 'reference-width'
  | 'property-after-node'
  | 'undefined-label'
  | 'undefined-path'
  | 'duplicate-label'
  | 'duplicate-property'
  | 'duplicate-node'
  | 'bad-node-name'
  | 'bad-property-name'
  | 'bad-phandle'
  | 'bad-name-property'
  | 'bad-overlay'
  | 'include-not-found'
  | 'include-cycle'
  | 'limit-exceeded'
  | 'blob-truncated'
  | 'blob-malformed'
  | 'blob-version';

interface FdtRule {
  readonly name: FdtRuleName;
  /** The severity it usually has. */
  readonly severity: Severity;
  /** One sentence without a full stop. */
  readonly what: string;
}

/** Every rule of the issues that this room reports. */
export const FDT_RULES: readonly FdtRule[] = [
  { name: 'syntax-error', severity: 'error', what: 'the text is not DTS' },
  { name: 'missing-version', severity: 'warning', what: '/dts-v1/; is missing' },
  { name: 'bad-literal', severity: 'error', what: 'a number, character or string is malformed' },
  { name: 'division-by-zero', severity: 'error', what: 'an expression divides by zero' },
  {
    name: 'cell-overflow',
    severity: 'error',
    what: 'a literal does not fit the width of its cell',
  },
  { name: 'bad-cell-width', severity: 'error', what: '/bits/ is not 8, 16, 32 or 64' },
  {
    name: 'reference-width',
    severity: 'error',
    what: 'a reference stands in cells that are not 32 bits wide',
  },
  {
    name: 'property-after-node',
    severity: 'error',
    what: 'a property follows a child node of the same node',
  },
  { name: 'undefined-label', severity: 'error', what: 'no node has the label referred to' },
  { name: 'undefined-path', severity: 'error', what: 'no node has the path referred to' },
  { name: 'duplicate-label', severity: 'error', what: 'a label is given twice' },
  { name: 'duplicate-property', severity: 'error', what: 'a node has two properties of a name' },
  { name: 'duplicate-node', severity: 'error', what: 'a node has two children of a name' },
  { name: 'bad-node-name', severity: 'error', what: 'a node name has characters it must not have' },
  {
    name: 'bad-property-name',
    severity: 'error',
    what: 'a property name has characters it must not have',
  },
  { name: 'bad-phandle', severity: 'error', what: 'a phandle is malformed or given twice' },
  {
    name: 'bad-name-property',
    severity: 'error',
    what: 'the value of a property `name` is not the name of its node',
  },
  { name: 'bad-overlay', severity: 'error', what: 'an overlay cannot be expressed in a blob' },
  { name: 'include-not-found', severity: 'error', what: 'an included file cannot be read' },
  { name: 'include-cycle', severity: 'error', what: 'a file includes itself' },
  { name: 'limit-exceeded', severity: 'error', what: 'the input is larger or deeper than allowed' },
  { name: 'blob-truncated', severity: 'error', what: 'a blob ends before what it announces' },
  { name: 'blob-malformed', severity: 'error', what: 'a blob contradicts the format' },
  { name: 'blob-version', severity: 'warning', what: 'the format version of a blob is unusual' },
];
