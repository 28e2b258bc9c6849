// Everything in a body, without regard to the ways through it.
import { type Expression, everyPartOf } from './expression.ts';
import type { Statement } from './statement.ts';

/** The statement and all in it, outermost first. */
export function* everyStatement(statement: Statement): Generator<Statement> {
  yield statement;
  for (const inner of statementsIn(statement)) yield* everyStatement(inner);
}

function statementsIn(statement: Statement): readonly Statement[] {
  switch (statement.kind) {
    case 'block':
      return statement.statements;
    case 'if':
      return statement.no === undefined ? [statement.yes] : [statement.yes, statement.no];
    case 'loop':
      return [...statement.begin, statement.body];
    case 'macro-loop':
    case 'macro-block':
    case 'switch':
      return [statement.body];
    case 'choice':
      return statement.choices;
    default:
      return [];
  }
}

/** Every expression in a body, with those that are parts of others. */
export function* everyExpression(body: Statement): Generator<Expression> {
  for (const statement of everyStatement(body))
    for (const expression of expressionsIn(statement)) yield* everyPartOf(expression);
}

function expressionsIn(statement: Statement): readonly Expression[] {
  switch (statement.kind) {
    case 'expression':
      return [statement.expression];
    case 'declaration':
    case 'return':
      return statement.value === undefined ? [] : [statement.value];
    case 'if':
      return [statement.test];
    case 'loop':
      return [statement.test, statement.step].filter((each) => each !== undefined);
    case 'macro-loop':
    case 'macro-block':
      return [statement.macro];
    case 'switch':
      return [statement.value];
    default:
      return [];
  }
}
