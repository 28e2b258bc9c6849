// What is wrong with a step: it did not end as the scenario says.
import { positionAt } from '../../fdt/index.ts';
import type { Kernel } from '../kernel/kernel.ts';
import type { Result } from '../kho/model.ts';
import type { CallSite } from '../result.ts';
import type { Step } from '../scenario/scenario.ts';

/** A step must fail exactly as the scenario says. */
export function expectError<T>(
  step: Step & { readonly error?: string },
  result: Result<T>,
  what: string,
  kernel: Kernel,
): void {
  const error = errorOf(result);
  const expected = step.error;
  if (error === expected) return;
  const came = error === undefined ? 'succeeded' : `failed with ${error}`;
  const wanted = expected === undefined ? '' : ` and not with ${expected}`;
  reportStep(`${what} ${came}${wanted}`, step, kernel);
}

/** Where a step stands in its scenario. */
export function siteOfStep({ span }: Step): CallSite {
  const { line, character } = positionAt(span.source, span.start);
  return { path: span.source.path, line: line + 1, column: character + 1 };
}

/** The step is the place: no driver has done anything wrong. */
export function reportStep(message: string, step: Step, kernel: Kernel, help?: string): void {
  kernel.recorder.finding({
    rule: 'step-failed',
    severity: 'error',
    message,
    ...(help === undefined ? {} : { help }),
    site: siteOfStep(step),
    related: [],
  });
}

export function errorOf<T>(result: Result<T>): string | undefined {
  return result.kind === 'error' ? result.error : undefined;
}
