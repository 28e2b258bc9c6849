import { API_RULES } from './api-release.ts';
import { ERROR_POINTER_RULES } from './error-pointer.ts';
import { FDT_ACCESS_RULES } from './fdt-access.ts';
import { FREED_WHILE_PRESERVED_RULES } from './freed-while-preserved.ts';
import { CALLBACK_RULES } from './missing-callback.ts';
import { MISSING_UNWIND_RULES } from './missing-unwind.ts';
import { RESTORED_WRONG_RULES } from './restored-wrong.ts';
import type { FunctionRules, Rule } from './rule.ts';
import { SLEEPS_WHILE_ATOMIC_RULES } from './sleeps-while-atomic.ts';
import { SUCCESS_AFTER_FAILURE_RULES } from './success-after-failure.ts';
import { UNCHECKED_RESULT_RULES } from './unchecked-result.ts';
import { UNGATED_SUBTREE_RULES } from './ungated-subtree.ts';
import { VIRTUAL_ADDRESS_RULES } from './virtual-address.ts';
import { UNWIND_RULES } from './wrong-unwind.ts';

/** Rules that one function shows. */
export const FUNCTION_RULES: readonly FunctionRules[] = [
  UNCHECKED_RESULT_RULES,
  ERROR_POINTER_RULES,
  MISSING_UNWIND_RULES,
  FREED_WHILE_PRESERVED_RULES,
  UNWIND_RULES,
  RESTORED_WRONG_RULES,
  SUCCESS_AFTER_FAILURE_RULES,
  UNGATED_SUBTREE_RULES,
  FDT_ACCESS_RULES,
  SLEEPS_WHILE_ATOMIC_RULES,
  VIRTUAL_ADDRESS_RULES,
];

/** Every rule about C. */
export const C_RULES: readonly Rule[] = [
  ...FUNCTION_RULES.flatMap(({ rules }) => rules),
  ...API_RULES,
  ...CALLBACK_RULES,
];
