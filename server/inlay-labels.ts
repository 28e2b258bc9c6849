// The parts of a hint: where it stands, and what it says of a number.
import type { InlayHint } from 'vscode-languageserver/node';
import { positionAt, type Span } from '../fdt/index.ts';
import { hexText, roundSizeText } from '../kho/index.ts';

/** Bytes of a page of the kernels that sources are checked for. */
const PAGE_BYTES = 4096n;

/** A hint behind what stands at `span`. */
export function behind({ source, end }: Span, label: string, tooltip: string): InlayHint {
  return { position: positionAt(source, end), label, paddingLeft: true, tooltip };
}

/** A size in units, in pages if it is whole pages, or in both. */
export function sizeLabel(bytes: bigint, inUnits: boolean, inPages: boolean): string | undefined {
  const pages = bytes / PAGE_BYTES;
  const isWhole = bytes % PAGE_BYTES === 0n && pages > 0n;
  const labels = inUnits ? [roundSizeText(bytes)] : [];
  if (inPages && isWhole) labels.push(`${pages} ${pages === 1n ? 'page' : 'pages'}`);
  return labels.length === 0 ? undefined : labels.join(', ');
}

/** Behind the second of two cells that are one number for the kernel. */
export function wholeNumberHint(span: Span, value: bigint): InlayHint {
  return behind(span, `= ${hexText(value)}`, 'Both cells together, as the kernel reads them');
}
