import { IMAGE_RULES } from '../handover/rules.ts';
import { BINDING_RULES } from './bindings.ts';
import { BYTE_ORDER_RULES } from './byte-order.ts';
import { DEVICETREE_RULES } from './devicetree.ts';
import { MEM_RULES } from './mem.ts';
import { RESERVE_MEM_RULES } from './reserve-mem.ts';
import { ROOT_RULES } from './root.ts';
import type { Rule, RuleSet } from './rule.ts';
import { SUBTREE_RULES } from './subtrees.ts';

/** Every rule about a tree, in the order in which they are checked. */
export const RULE_SETS: readonly RuleSet[] = [
  ROOT_RULES,
  SUBTREE_RULES,
  MEM_RULES,
  RESERVE_MEM_RULES,
  BYTE_ORDER_RULES,
  BINDING_RULES,
  DEVICETREE_RULES,
];

/** Rules about binding files; what loadBinding() reports. */
export const BINDING_FILE_RULES: readonly Rule[] = [
  { name: 'binding-syntax', severity: 'error', what: 'A binding is YAML' },
  {
    name: 'binding-schema',
    severity: 'error',
    what: 'A binding uses the words that bindings have',
  },
  { name: 'binding-meaning', severity: 'error', what: 'The words of a binding go together' },
];

/** Every rule of this room. */
export const KHO_RULES: readonly Rule[] = [
  ...RULE_SETS.flatMap((set) => set.rules),
  ...IMAGE_RULES,
  ...BINDING_FILE_RULES,
];
