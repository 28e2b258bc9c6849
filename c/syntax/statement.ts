// Statements of C, as far as rules look at them.
import type { Expression } from './expression.ts';

interface Part {
  /** Offsets from the start of the function. */
  readonly start: number;
  readonly end: number;
}

/** A variable as it is declared. */
export interface Variable extends Part {
  readonly name: string;
  /** The type as it is written, with a `*` for each level: `const u64 *`. */
  readonly type: string;
  /** It keeps its value between calls. */
  readonly isStatic: boolean;
  /** What `__free()` does with it at the end of its block. */
  readonly cleanup: string | undefined;
}

export type Statement =
  | (Part & { readonly kind: 'expression'; readonly expression: Expression })
  | (Part & {
      readonly kind: 'declaration';
      readonly variable: Variable;
      readonly value: Expression | undefined;
    })
  | (Part & { readonly kind: 'block'; readonly statements: readonly Statement[] })
  | (Part & {
      readonly kind: 'if';
      readonly test: Expression;
      readonly yes: Statement;
      readonly no: Statement | undefined;
    })
  | (Part & {
      readonly kind: 'loop';
      /** Done once before the first round. */
      readonly begin: readonly Statement[];
      readonly test: Expression | undefined;
      readonly body: Statement;
      /** Done after each round. */
      readonly step: Expression | undefined;
      /** The first round comes before the first test. */
      readonly isTestedLast: boolean;
    })
  /** A loop that a macro makes: its body may be done any number of times. */
  | (Part & { readonly kind: 'macro-loop'; readonly macro: Expression; readonly body: Statement })
  /** A body that a macro does once, such as that of scoped_guard(). */
  | (Part & { readonly kind: 'macro-block'; readonly macro: Expression; readonly body: Statement })
  | (Part & { readonly kind: 'switch'; readonly value: Expression; readonly body: Statement })
  | (Part & { readonly kind: 'case'; readonly isDefault: boolean })
  | (Part & { readonly kind: 'label'; readonly name: string })
  | (Part & { readonly kind: 'goto'; readonly name: string })
  | (Part & { readonly kind: 'return'; readonly value: Expression | undefined })
  | (Part & { readonly kind: 'break' | 'continue' })
  /** One of several texts, which the configuration decides. */
  | (Part & { readonly kind: 'choice'; readonly choices: readonly Statement[] });
