// Steps that have to do with open files: memfds, files of drivers, and files of sessions.
import type { Span } from '../../fdt/index.ts';
import { SEALS } from '../kernel/memfd.ts';
import type { ContentPiece } from './content.ts';
import type { SessionVerb, Step } from './scenario.ts';

export interface RawPiece {
  readonly at?: string | number;
  readonly text?: string;
  readonly pattern?: number;
  readonly size?: string | number;
}

/** As it is written. */
export interface RawFileStep {
  readonly session?: string;
  readonly do?: SessionVerb;
  readonly count?: number;
  readonly file?: string;
  readonly token?: number;
  readonly as?: string;
  readonly open?: string;
  readonly close?: string;
  readonly memfd?: string;
  readonly verify?: string;
  readonly fallocate?: string;
  readonly reclaim?: object;
  readonly at?: string | number;
  readonly size?: string | number;
  readonly content?: readonly RawPiece[];
  readonly seals?: readonly string[];
  readonly position?: number;
  readonly error?: string;
}

/** Undefined if it is no such step. `size` reads a size, and complains of one that is none. */
export function buildFileStep(
  raw: RawFileStep,
  span: Span,
  size: (text: string | number, name: string) => number,
): Step | undefined {
  const error = raw.error === undefined ? {} : { error: raw.error };
  const { session, open, close, memfd, verify } = raw;
  if (session !== undefined) return { ...sessionStep(raw, session), ...error, span };
  if (open !== undefined) return { kind: 'open', span, path: open, as: raw.as ?? open, ...error };
  if (close !== undefined) return { kind: 'close', span, file: close, ...error };
  const content = (raw.content ?? []).map((piece) => pieceOf(piece, size));
  const seals = raw.seals?.reduce((all, name) => all | (SEALS[name] ?? 0), 0);
  const sizeBytes = raw.size === undefined ? undefined : size(raw.size, 'size');
  if (memfd !== undefined)
    return {
      kind: 'memfd',
      span,
      name: memfd,
      sizeBytes: sizeBytes ?? 0,
      content,
      // What MFD_ALLOW_SEALING is not given for.
      seals: seals ?? SEALS.F_SEAL_SEAL ?? 0,
    };
  if (raw.reclaim !== undefined) return { kind: 'reclaim', span };
  if (raw.fallocate !== undefined) {
    const at = raw.at === undefined ? 0 : size(raw.at, 'at');
    const length = sizeBytes ?? 0;
    return { kind: 'fallocate', span, file: raw.fallocate, at, sizeBytes: length, ...error };
  }
  if (verify === undefined) return undefined;
  return {
    kind: 'verify',
    span,
    file: verify,
    content,
    ...(sizeBytes === undefined ? {} : { sizeBytes }),
    ...(seals === undefined ? {} : { seals }),
    ...(raw.position === undefined ? {} : { position: raw.position }),
  };
}

type WithoutSpan<Kind> = Kind extends unknown ? Omit<Kind, 'span'> : never;

function sessionStep(
  { do: action = 'create', count, file, token = 0, as }: RawFileStep,
  session: string,
): WithoutSpan<Step & { kind: 'session' }> {
  return {
    kind: 'session',
    action,
    session,
    token: BigInt(token),
    ...(count === undefined ? {} : { count }),
    ...(file === undefined ? {} : { file }),
    ...(as === undefined ? {} : { as }),
  };
}

function pieceOf(
  { at = 0, text, pattern = 0, size: sizeText = 0 }: RawPiece,
  size: (text: string | number, name: string) => number,
): ContentPiece {
  const where = size(at, 'content');
  if (text !== undefined) return { kind: 'text', at: where, text };
  return { kind: 'pattern', at: where, seed: pattern, sizeBytes: size(sizeText, 'content') };
}
