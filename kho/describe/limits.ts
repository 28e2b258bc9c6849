import type { PropertySchema } from '../bindings/binding.ts';
import { code } from './markdown.ts';
import { hexText, integerText } from './number.ts';

/** What a binding demands of a value beyond its type, one sentence; undefined if nothing. */
export function limitsText(schema: PropertySchema): string | undefined {
  const limits = [...valueLimits(schema), ...lengthLimits(schema)].join(', ');
  return limits === '' ? undefined : limits.charAt(0).toUpperCase() + limits.slice(1);
}

function valueLimits(schema: PropertySchema): string[] {
  const { allowed, minimum, maximum, multipleOf, pattern } = schema;
  const show = (value: string | bigint): string =>
    code(typeof value === 'bigint' ? integerText(value) : `"${value}"`);
  const limits: string[] = [];
  if (allowed !== undefined) {
    const values = allowed.map(show).join(', ');
    limits.push(allowed.length === 1 ? `always ${values}` : `one of ${values}`);
  }
  if (minimum !== undefined) limits.push(`at least ${code(hexText(minimum))}`);
  if (maximum !== undefined) limits.push(`at most ${code(hexText(maximum))}`);
  if (multipleOf !== undefined) limits.push(`a multiple of ${code(hexText(multipleOf))}`);
  if (pattern !== undefined) limits.push(`matches ${code(pattern.source)}`);
  return limits;
}

function lengthLimits({ minItems, maxItems, itemsMultipleOf }: PropertySchema): string[] {
  const limits: string[] = [];
  const entries = (number: number): string => (number === 1 ? '1 entry' : `${number} entries`);
  if (minItems !== undefined && minItems === maxItems) limits.push(`exactly ${entries(minItems)}`);
  else {
    if (minItems !== undefined) limits.push(`at least ${entries(minItems)}`);
    if (maxItems !== undefined) limits.push(`at most ${entries(maxItems)}`);
  }
  if (itemsMultipleOf !== undefined) limits.push(`in groups of ${itemsMultipleOf}`);
  return limits;
}
