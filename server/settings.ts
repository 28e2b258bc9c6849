import type { ByteOrder } from '../fdt/index.ts';
import { RELEASES, type Release, releaseNamed } from '../kho/index.ts';
import { DEFAULT_HINTS, type InlayHintSettings } from './inlay-hints.ts';

/** The settings under `kho` that the server uses. */
export interface Settings {
  /** Undefined for `auto`: what a tree says of itself. */
  readonly release: Release | undefined;
  readonly byteOrder: ByteOrder;
  /** Folders with bindings of the user's own, absolute or relative to a workspace folder. */
  readonly bindingFolders: readonly string[];
  readonly inlayHints: InlayHintSettings;
  /** Whether actions are shown above nodes. */
  readonly codeLens: boolean;
}

export const DEFAULT_SETTINGS: Settings = {
  release: undefined,
  byteOrder: 'little',
  bindingFolders: [],
  inlayHints: DEFAULT_HINTS,
  codeLens: true,
};

/** Reads what the editor sends; what is missing or wrong has its default, and is said. */
export function readSettings(raw: unknown): { settings: Settings; problems: string[] } {
  const problems: string[] = [];
  const section = isRecord(raw) ? raw : {};
  const bindings = isRecord(section.bindings) ? section.bindings : {};
  return {
    settings: {
      release: readRelease(section.release, problems),
      byteOrder: readByteOrder(section.byteOrder, problems),
      bindingFolders: readFolders(bindings.folders, problems),
      inlayHints: readHints(section.inlayHints, problems),
      codeLens: readSwitch('codeLens', section.codeLens, DEFAULT_SETTINGS.codeLens, problems),
    },
    problems,
  };
}

function readRelease(raw: unknown, problems: string[]): Release | undefined {
  if (raw === undefined || raw === null || raw === 'auto') return undefined;
  const release = typeof raw === 'string' ? releaseNamed(raw) : undefined;
  if (release !== undefined) return release;
  const known = RELEASES.map(({ name }) => name).join(', ');
  problems.push(`kho.release is ${JSON.stringify(raw)}; known are auto, ${known}`);
  return undefined;
}

function readByteOrder(raw: unknown, problems: string[]): ByteOrder {
  if (raw === 'little' || raw === 'big') return raw;
  if (raw !== undefined && raw !== null)
    problems.push(`kho.byteOrder is ${JSON.stringify(raw)}; known are little, big`);
  return DEFAULT_SETTINGS.byteOrder;
}

function readFolders(raw: unknown, problems: string[]): readonly string[] {
  if (raw === undefined || raw === null) return [];
  if (Array.isArray(raw) && raw.every((folder) => typeof folder === 'string')) return raw;
  problems.push('kho.bindings.folders must be a list of folders');
  return [];
}

function readHints(raw: unknown, problems: string[]): InlayHintSettings {
  const section = isRecord(raw) ? raw : {};
  const isOn = (name: keyof InlayHintSettings): boolean =>
    readSwitch(`inlayHints.${name}`, section[name], DEFAULT_HINTS[name], problems);
  return {
    elements: isOn('elements'),
    sizes: isOn('sizes'),
    totals: isOn('totals'),
    pages: isOn('pages'),
    values: isOn('values'),
    references: isOn('references'),
  };
}

function readSwitch(name: string, raw: unknown, absent: boolean, problems: string[]): boolean {
  if (typeof raw === 'boolean') return raw;
  if (raw !== undefined && raw !== null)
    problems.push(`kho.${name} is ${JSON.stringify(raw)}; it is true or false`);
  return absent;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
