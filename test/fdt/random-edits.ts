// Edits as people make them, and as nobody does, from a seed.

export interface RandomEdit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

const TYPED = `a 1 0x10 " < > [ ] { } ; = , / & \n \t ( ) : # x@1 \\ ' /* */ //`.split(' ');
const WRITTEN = [
  'prop = <1 2 3>;',
  'prop = /bits/ 64 <0x101000000 0x38>;',
  'name = "text";',
  'flag;',
  'node { a = [00 11]; };',
  'label: node@1 { compatible = "ftrace,cpu-v1"; mem = <0x1000 0x38>; };',
  'ref = <&label>;',
  '/delete-property/ prop;',
  '/delete-node/ node;',
  '/* comment */',
  '// comment\n',
  '\n\n',
  '};',
  '{',
  '# 1 "file"\n',
  '#define X\n',
  '/omit-if-no-ref/ n { };',
  'a = "multi\nline", <1>;',
  "c = <'a' (1 + 2)>;",
];

/** Typing, deleting, pasting and moving, mostly near to where the last edit was. */
export function randomEdit(text: string, near: number, random: () => number): RandomEdit {
  const below = (limit: number): number => Math.floor(random() * limit);
  const isNear = random() < 0.7;
  const at = Math.max(
    0,
    Math.min(text.length, isNear ? near + below(40) - 20 : below(text.length)),
  );
  switch (below(6)) {
    case 0:
      return { start: at, end: Math.min(text.length, at + 1), text: '' };
    case 1:
      return { start: at, end: Math.min(text.length, at + below(30)), text: '' };
    case 2:
      return { start: at, end: at, text: WRITTEN[below(WRITTEN.length)] as string };
    case 3: {
      const from = below(text.length);
      return { start: at, end: at, text: text.slice(from, from + below(60)) };
    }
    default:
      return {
        start: at,
        end: at + (random() < 0.2 ? 1 : 0),
        text: pickTyped(below(TYPED.length)),
      };
  }
}

function pickTyped(index: number): string {
  return TYPED[index] ?? ' ';
}
