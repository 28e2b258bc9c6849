const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  K: 2 ** 10,
  M: 2 ** 20,
  G: 2 ** 30,
  T: 2 ** 40,
};

/** Bytes that `text` names, as memparse() of the kernel reads them; undefined if it names none. */
export function parseSize(text: string | number): number | undefined {
  if (typeof text === 'number') return text;
  const match = /^(0x[0-9a-f]+|\d+)([KMGT]?)$/i.exec(text);
  if (match === null) return undefined;
  const bytes = Number(match[1]) * (UNITS[(match[2] ?? '').toUpperCase()] ?? 1);
  return Number.isSafeInteger(bytes) ? bytes : undefined;
}
