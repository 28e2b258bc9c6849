import type { ElementSchema } from '../bindings/binding.ts';

/** What an element of a tuple means, one or two sentences without the last full stop. */
export function elementMeaning({ description, phys, unit }: ElementSchema): string {
  const where = phys === undefined ? '' : `Physical address of ${phys.of}`;
  // The description of a struct's field often says only that it is a physical address.
  const text = where.startsWith(description) ? '' : description;
  const inUnit = unit === undefined ? '' : `In ${unit}`;
  return [text, where, inUnit].filter((part) => part !== '').join('. ');
}
