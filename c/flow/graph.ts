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
  const building = createBuilding(isUndoing);
  const end = building.make({ kind: 'end', end: body.end });
  const start = flow(body, end, {}, building);
  const isWhole = [...building.labels.keys()].every((name) => building.reached.has(name));
  return isWhole ? start : undefined;
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

type Either = FlowNode & { kind: 'either' };
type WithoutIds<T> = T extends unknown ? Omit<T, 'id'> : never;

/** A graph while it is built. */
interface Building {
  readonly isUndoing: (name: string) => boolean;
  readonly labels: Map<string, Either>;
  /** Labels that the body has. */
  readonly reached: Set<string>;
  make(node: WithoutIds<FlowNode>): FlowNode;
  either(ways: FlowNode[], end: number): Either;
}

function createBuilding(isUndoing: (name: string) => boolean): Building {
  let ids = 0;
  const make = (node: WithoutIds<FlowNode>): FlowNode => ({ ...node, id: ids++ }) as FlowNode;
  return {
    isUndoing,
    labels: new Map(),
    reached: new Set(),
    make,
    either: (ways, end) => make({ kind: 'either', ways, end }) as Either,
  };
}

function labelled(name: string, building: Building): Either {
  const node = building.labels.get(name) ?? building.either([], 0);
  building.labels.set(name, node);
  return node;
}

/** The graph that does `statement` and goes on at `next`: built from the end to the start. */
function flow(
  statement: Statement,
  next: FlowNode,
  targets: Targets,
  building: Building,
): FlowNode {
  const { end } = statement;
  const { make } = building;
  const inner = (each: Statement, after: FlowNode): FlowNode =>
    flow(each, after, targets, building);
  switch (statement.kind) {
    case 'expression':
      return flowExpression(statement.expression, end, next, building);
    case 'declaration': {
      const { variable, value } = statement;
      return make({ kind: 'declare', variable, value, end, next });
    }
    case 'block':
      return statement.statements.reduceRight((after, each) => inner(each, after), next);
    case 'if': {
      const yes = inner(statement.yes, next);
      const no = statement.no === undefined ? next : inner(statement.no, next);
      return make({ kind: 'branch', test: statement.test, yes, no, end });
    }
    case 'loop':
      return flowLoop(statement, next, building);
    case 'macro-loop':
      return flowMacroLoop(statement, next, building);
    case 'macro-block': {
      const inside = inner(statement.body, next);
      return make({ kind: 'evaluate', expression: statement.macro, end, next: inside });
    }
    case 'switch':
      return flowSwitch(statement, next, targets, building);
    case 'choice':
      return building.either(
        statement.choices.map((each) => inner(each, next)),
        end,
      );
    case 'label': {
      building.reached.add(statement.name);
      const node = labelled(statement.name, building);
      node.ways = [next];
      return node;
    }
    case 'goto': {
      const { start, name } = statement;
      return make({ kind: 'jump', start, end, next: labelled(name, building) });
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
}

function flowExpression(
  expression: Expression,
  end: number,
  next: FlowNode,
  { make, either }: Building,
): FlowNode {
  const name = expression.kind === 'call' ? expression.name : undefined;
  if (expression.kind === 'call' && name === 'return_ptr')
    return make({ kind: 'return', value: expression.args[0], end });
  const isLast = name !== undefined && ENDING.has(name);
  return make({ kind: 'evaluate', expression, end, next: isLast ? either([], end) : next });
}

function undoes(statement: Statement, { isUndoing }: Building): boolean {
  for (const each of everyExpression(statement))
    if (each.kind === 'call' && each.name !== undefined && isUndoing(each.name)) return true;
  return false;
}

function flowLoop(
  statement: Statement & { kind: 'loop' },
  next: FlowNode,
  building: Building,
): FlowNode {
  const { test, step, end } = statement;
  const { make } = building;
  const head = building.either([], end);
  const stepped =
    step === undefined ? head : make({ kind: 'evaluate', expression: step, end, next: head });
  const targets = { onBreak: next, onContinue: stepped };
  const round = flow(statement.body, stepped, targets, building);
  const isEndless = test === undefined || isTrue(test);
  const tested = isEndless ? round : make({ kind: 'branch', test, yes: round, no: next, end });
  // `do { … } while (0)` is the kernel's way to write a block.
  head.ways = [test !== undefined && isFalse(test) ? next : tested];
  const entered =
    test !== undefined && undoes(statement, building)
      ? make({ kind: 'evaluate', expression: test, end, next: round })
      : head;
  const first = statement.isTestedLast ? round : entered;
  return statement.begin.reduceRight((after, each) => flow(each, after, {}, building), first);
}

function flowMacroLoop(
  statement: Statement & { kind: 'macro-loop' },
  next: FlowNode,
  building: Building,
): FlowNode {
  const { macro, body, end } = statement;
  const head = building.either([next], end);
  // The macro assigns its cursor each round, so it is looked at before each.
  const round = flow(body, head, { onBreak: next, onContinue: head }, building);
  const begun = building.make({ kind: 'evaluate', expression: macro, end, next: round });
  head.ways.push(begun);
  return undoes(statement, building) ? begun : head;
}

/** Any case may be the one; without a default none may be. */
function flowSwitch(
  { body, value, end }: Statement & { kind: 'switch' },
  next: FlowNode,
  { onContinue }: Targets,
  building: Building,
): FlowNode {
  const statements = body.kind === 'block' ? body.statements : [body];
  const ways: FlowNode[] = [];
  let hasDefault = false;
  let after: FlowNode = next;
  for (const each of statements.toReversed()) {
    if (each.kind === 'case') {
      ways.push(after);
      hasDefault ||= each.isDefault;
    } else {
      after = flow(each, after, { onBreak: next, onContinue }, building);
    }
  }
  if (!hasDefault) ways.push(next);
  const chosen = building.either(ways, end);
  return building.make({ kind: 'evaluate', expression: value, end, next: chosen });
}

function isTrue(test: Expression): boolean {
  return test.kind === 'number' && test.text !== '0' && test.text !== 'false';
}

function isFalse(test: Expression): boolean {
  return test.kind === 'number' && (test.text === '0' || test.text === 'false');
}
