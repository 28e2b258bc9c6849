// The character classes of DTS (Devicetree Specification, 6.2 and 2.2) by UTF-16 code unit.

const NAME = 1;
const PATH = 2;
const HEX = 4;
const LABEL = 8;
const LABEL_START = 16;

const classes = new Uint8Array(128);

function add(units: string, flags: number): void {
  for (let i = 0; i < units.length; i++) {
    const unit = units.charCodeAt(i);
    classes[unit] = (classes[unit] as number) | flags;
  }
}

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ';
const DIGITS = '0123456789';
add(LETTERS, NAME | PATH | LABEL | LABEL_START);
add(DIGITS, NAME | PATH | LABEL | HEX);
add('_', NAME | PATH | LABEL | LABEL_START);
add(',.+*#?@-', NAME | PATH);
add('/', PATH);
add('abcdefABCDEF', HEX);

function has(unit: number, flag: number): boolean {
  return unit < 128 && ((classes[unit] as number) & flag) !== 0;
}

/** May stand in the name of a node or a property, as far as the grammar goes. */
export function isNameUnit(unit: number): boolean {
  return has(unit, NAME);
}

/** May stand in a path: `&{…}`. */
export function isPathUnit(unit: number): boolean {
  return has(unit, PATH);
}

export function isHexUnit(unit: number): boolean {
  return has(unit, HEX);
}

export function isDigitUnit(unit: number): boolean {
  return unit >= 0x30 && unit <= 0x39;
}

/** May start a label. */
export function isLabelStart(unit: number): boolean {
  return has(unit, LABEL_START);
}

/** May continue a label. */
export function isLabelUnit(unit: number): boolean {
  return has(unit, LABEL);
}

/** Space, tab, newline, vertical tab, form feed, carriage return. */
export function isSpaceUnit(unit: number): boolean {
  return unit === 0x20 || (unit >= 9 && unit <= 13);
}

/** The value of a hexadecimal digit. */
export function hexValue(unit: number): number {
  return unit <= 0x39 ? unit - 0x30 : (unit | 0x20) - 0x61 + 10;
}
