const SIZE_UNITS = ['KiB', 'MiB', 'GiB', 'TiB', 'PiB', 'EiB'] as const;

/**
 * A number of bytes for people: `56 bytes`, `4 KiB`, `1.5 GiB`. What is not exact in tenths of a
 * unit is said in bytes first: `4152 bytes (≈ 4.1 KiB)`.
 */
export function sizeText(bytes: bigint): string {
  const rounded = roundedSize(bytes);
  if (rounded === undefined) return plainSize(bytes);
  return rounded.isExact ? rounded.text : `${plainSize(bytes)} (≈ ${rounded.text})`;
}

/** The same for columns of numbers: `44.2 GiB`, whether or not that is exact. */
export function roundSizeText(bytes: bigint): string {
  return roundedSize(bytes)?.text ?? plainSize(bytes);
}

/** Both bases and the size: `0x38 = 56 bytes`, `0x1000 = 4096 bytes (4 KiB)`. */
export function byteCountText(bytes: bigint): string {
  const rounded = roundedSize(bytes);
  const number = bytes < 10n ? plainSize(bytes) : `${hexText(bytes)} = ${plainSize(bytes)}`;
  if (rounded === undefined) return number;
  return `${number} (${rounded.isExact ? '' : '≈ '}${rounded.text})`;
}

function plainSize(bytes: bigint): string {
  return bytes === 1n ? '1 byte' : `${bytes} bytes`;
}

/** In tenths of the largest unit that fits; undefined below 1 KiB. */
function roundedSize(bytes: bigint): { text: string; isExact: boolean } | undefined {
  if (bytes < 1024n) return undefined;
  let index = 0;
  while (index < SIZE_UNITS.length - 1 && bytes >> BigInt(10 * (index + 2)) > 0n) index++;
  const scale = 1n << BigInt(10 * (index + 1));
  const tenths = (bytes * 10n + scale / 2n) / scale;
  const fraction = tenths % 10n === 0n ? '' : `.${tenths % 10n}`;
  const text = `${tenths / 10n}${fraction} ${SIZE_UNITS[index]}`;
  return { text, isExact: tenths * scale === bytes * 10n };
}

/** `0x1000`, in lower case as the kernel prints it. */
export function hexText(value: bigint | number): string {
  return `0x${value.toString(16)}`;
}

/** A number in both bases, once where they are the same: `0x1000 = 4096`, `7`. */
export function integerText(value: bigint): string {
  return value < 10n ? `${value}` : `${hexText(value)} = ${value}`;
}

/** A range with the last address it holds. */
export function rangeText(address: bigint, sizeBytes: bigint): string {
  if (sizeBytes === 0n) return `${hexText(address)}, empty`;
  return `${hexText(address)} – ${hexText(address + sizeBytes - 1n)}`;
}
