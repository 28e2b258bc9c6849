import { type Issue, type Place, positionAt, presumedPlace } from '../../fdt/index.ts';

/** A place in JSON: lines and columns from 1, offsets of blobs in bytes. */
interface JsonPlace {
  readonly path?: string;
  readonly line?: number;
  readonly column?: number;
  readonly endLine?: number;
  readonly endColumn?: number;
  readonly offset?: number;
  readonly lengthBytes?: number;
  readonly node?: string;
}

/** Where a place is, in the terms of the file the user wrote (line markers are followed). */
export function jsonPlace({ span, blob }: Place): JsonPlace {
  if (blob !== undefined) return blob;
  if (span === undefined) return {};
  const start = presumedPlace(span.source, span.start);
  const first = positionAt(span.source, span.start);
  const last = positionAt(span.source, span.end);
  return {
    path: start.path,
    line: start.line + 1,
    column: start.character + 1,
    endLine: start.line + 1 + (last.line - first.line),
    endColumn: last.character + 1,
  };
}

/** What `--format json` prints: an object with `issues`, one entry each, and `files`. */
export function issuesJson(issues: readonly Issue[], files: readonly string[]): string {
  return `${JSON.stringify({ version: 1, files, issues: issuesToJson(issues) }, null, 2)}\n`;
}

/** One entry for each issue. */
export function issuesToJson(issues: readonly Issue[]): readonly object[] {
  return issues.map(({ rule, severity, message, help, related, ...place }) => ({
    rule,
    severity,
    message,
    ...jsonPlace(place),
    ...(help === undefined ? {} : { help }),
    ...(related === undefined
      ? {}
      : { related: related.map((each) => ({ message: each.message, ...jsonPlace(each) })) }),
  }));
}
