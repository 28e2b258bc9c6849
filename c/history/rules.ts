import type { Rule } from '../../kho/index.ts';

/** The rule of layouts and their versions. */
export const LAYOUT_CHANGED: Rule = {
  name: 'layout-changed-without-version',
  severity: 'warning',
  what: 'A struct that is handed over keeps its layout as long as it keeps its version',
};

/** Rules that take two states of a file. */
export const HISTORY_RULES: readonly Rule[] = [LAYOUT_CHANGED];
