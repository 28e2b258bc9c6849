// The ways through a function, as a graph: what is done, decided and left.
import { assertNever } from '../../fdt/index.ts';
import type { Expression } from '../syntax/expression.ts';
import type { Statement, Variable } from '../syntax/statement.ts';
import { everyExpression } from '../syntax/walk.ts';

/** One step. `next` is undefined where the function ends. */
export type FlowNode = { readonly id: number; readonly end: number } & (
  | { readonly kind: 'evaluate'; readonly expression: Expression; next: FlowNode }
  | {
      readonly kind: 'declare';
      readonly variable: Variable;
      readonly value: Expression | undefined;
      next: FlowNode;
    }
  | { readonly kind: 'branch'; readonly test: Expression; yes: FlowNode; no: FlowNode }
  | { readonly kind: 'jump'; readonly start: number; next: FlowNode }
  /** The text alone does not say which way it goes. */
  | { readonly kind: 'either'; ways: FlowNode[] }
  | { readonly kind: 'return'; readonly value: Expression | undefined }
  /** The closing brace. */
  | { readonly kind: 'end' }
);

/**
 * The graph of a body; undefined if it jumps to a label that it does not have. A loop that undoes
 * is taken to go round at least once: how often depends on how often was done what it undoes.
 */
export function flowGraph(
  body: Statement,
  isUndoing: (name: string) => boolean,
): FlowNode | undefined {
  return createBuilder(body, isUndoing).build();
}

/** Calls that nothing comes after. */
const ENDING: ReadonlySet<string> = new Set([
  'BUG',
  'panic',
  'unreachable',
  'do_exit',
  'make_task_dead',
]);

interface Targets {
  readonly onBreak?: FlowNode | undefined;
  readonly onContinue?: FlowNode | undefined;
}

type WithoutIds<T> = T extends unknown ? Omit<T, 'id'> : never;

function createBuilder(
  body: Statement,
  isUndoing: (name: string) => boolean,
): { build(): FlowNode | undefined } {
  let ids = 0;
  const labels = new Map<string, FlowNode & { kind: 'either' }>();
  const reached = new Set<string>();
  const make = (node: WithoutIds<FlowNode>): FlowNode => ({ ...node, id: ids++ }) as FlowNode;
  const labelled = (name: string): FlowNode & { kind: 'either' } => {
    const known = labels.get(name);
    if (known !== undefined) return known;
    const node = make({ kind: 'either', ways: [], end: 0 }) as FlowNode & { kind: 'either' };
    labels.set(name, node);
    return node;
  };

  /** The graph that does `statement` and goes on at `next`: built from the end to the start. */
  const flow = (statement: Statement, next: FlowNode, targets: Targets): FlowNode => {
    const { end } = statement;
    switch (statement.kind) {
      case 'expression':
        return expressionNode(statement.expression, end, next);
      case 'declaration': {
        const { variable, value } = statement;
        return make({ kind: 'declare', variable, value, end, next });
      }
      case 'block':
        return statement.statements.reduceRight((after, each) => flow(each, after, targets), next);
      case 'if': {
        const yes = flow(statement.yes, next, targets);
        const no = statement.no === undefined ? next : flow(statement.no, next, targets);
        return make({ kind: 'branch', test: statement.test, yes, no, end });
      }
      case 'loop':
        return loop(statement, next);
      case 'macro-loop': {
        const way = make({ kind: 'either', ways: [next], end }) as FlowNode & { kind: 'either' };
        // The macro assigns its cursor each round, so it is looked at before each.
        const round = flow(statement.body, way, { onBreak: next, onContinue: way });
        way.ways.push(make({ kind: 'evaluate', expression: statement.macro, end, next: round }));
        return undoes(statement) ? (way.ways[1] ?? way) : way;
      }
      case 'macro-block': {
        const inside = flow(statement.body, next, targets);
        return make({ kind: 'evaluate', expression: statement.macro, end, next: inside });
      }
      case 'switch':
        return switched(statement, next, targets);
      case 'choice': {
        const ways = statement.choices.map((each) => flow(each, next, targets));
        return make({ kind: 'either', ways, end });
      }
      case 'label': {
        reached.add(statement.name);
        const node = labelled(statement.name);
        node.ways = [next];
        return node;
      }
      case 'goto': {
        const { start } = statement;
        return make({ kind: 'jump', start, end, next: labelled(statement.name) });
      }
      case 'return':
        return make({ kind: 'return', value: statement.value, end });
      case 'break':
        return targets.onBreak ?? next;
      case 'continue':
        return targets.onContinue ?? next;
      case 'case':
        return next;
      default:
        return assertNever(statement);
    }
  };

  const expressionNode = (expression: Expression, end: number, next: FlowNode): FlowNode => {
    const name = expression.kind === 'call' ? expression.name : undefined;
    if (expression.kind === 'call' && name === 'return_ptr')
      return make({ kind: 'return', value: expression.args[0], end });
    const isLast = name !== undefined && ENDING.has(name);
    const after = isLast ? make({ kind: 'either', ways: [], end }) : next;
    return make({ kind: 'evaluate', expression, end, next: after });
  };

  const undoes = (statement: Statement): boolean => {
    for (const each of everyExpression(statement))
      if (each.kind === 'call' && each.name !== undefined && isUndoing(each.name)) return true;
    return false;
  };

  const loop = (statement: Statement & { kind: 'loop' }, next: FlowNode): FlowNode => {
    const { test, step, end } = statement;
    const head = make({ kind: 'either', ways: [], end }) as FlowNode & { kind: 'either' };
    const stepped =
      step === undefined ? head : make({ kind: 'evaluate', expression: step, end, next: head });
    const round = flow(statement.body, stepped, { onBreak: next, onContinue: stepped });
    const isEndless = test === undefined || isTrue(test);
    const tested = isEndless ? round : make({ kind: 'branch', test, yes: round, no: next, end });
    // `do { … } while (0)` is the kernel's way to write a block.
    head.ways = [test !== undefined && isFalse(test) ? next : tested];
    const isEntered = test !== undefined && undoes(statement);
    const entered = isEntered
      ? make({ kind: 'evaluate', expression: test, end, next: round })
      : head;
    const first = statement.isTestedLast ? round : entered;
    return statement.begin.reduceRight((after, each) => flow(each, after, {}), first);
  };

  /** Any case may be the one; without a default none may be. */
  const switched = (
    statement: Statement & { kind: 'switch' },
    next: FlowNode,
    { onContinue }: Targets,
  ): FlowNode => {
    const { body: inner, value, end } = statement;
    const statements = inner.kind === 'block' ? inner.statements : [inner];
    const ways: FlowNode[] = [];
    let hasDefault = false;
    let after: FlowNode = next;
    for (const each of statements.toReversed()) {
      if (each.kind === 'case') {
        ways.push(after);
        hasDefault ||= each.isDefault;
      } else {
        after = flow(each, after, { onBreak: next, onContinue });
      }
    }
    if (!hasDefault) ways.push(next);
    const chosen = make({ kind: 'either', ways, end });
    return make({ kind: 'evaluate', expression: value, end, next: chosen });
  };

  return {
    build() {
      const end = make({ kind: 'end', end: body.end });
      const start = flow(body, end, {});
      const isWhole = [...labels.keys()].every((name) => reached.has(name));
      return isWhole ? start : undefined;
    },
  };
}

function isTrue(test: Expression): boolean {
  return test.kind === 'number' && test.text !== '0' && test.text !== 'false';
}

function isFalse(test: Expression): boolean {
  return test.kind === 'number' && (test.text === '0' || test.text === 'false');
}
