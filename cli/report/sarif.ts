// SARIF 2.1.0, the format that code hosts take static analysis in (OASIS, 2020).
import { isAbsolute } from 'node:path';
import { pathToFileURL } from 'node:url';
import { C_RULES, HISTORY_RULES } from '../../c/index.ts';
import { FDT_RULES, type Issue, type Place, type Severity } from '../../fdt/index.ts';
import { KHO_RULES } from '../../kho/index.ts';
import { FINDING_RULES } from '../../simulator/index.ts';
import { jsonPlace } from './json.ts';

const LEVELS: Readonly<Record<Severity, string>> = {
  error: 'error',
  warning: 'warning',
  info: 'note',
};

/** A complete SARIF log of one run. */
export function sarif(issues: readonly Issue[], version: string): string {
  const known = new Map(
    [...FDT_RULES, ...KHO_RULES, ...C_RULES, ...HISTORY_RULES, ...FINDING_RULES].map((rule) => [
      rule.name,
      rule,
    ]),
  );
  const names = [...new Set(issues.map((issue) => issue.rule))].sort();
  const rules = names.map((name) => {
    const rule = known.get(name);
    return {
      id: name,
      ...(rule === undefined
        ? {}
        : {
            shortDescription: { text: rule.what },
            defaultConfiguration: { level: LEVELS[rule.severity] },
          }),
    };
  });
  const results = issues.map((issue) => ({
    ruleId: issue.rule,
    ruleIndex: names.indexOf(issue.rule),
    level: LEVELS[issue.severity],
    message: { text: issue.help === undefined ? issue.message : `${issue.message}\n${issue.help}` },
    locations: locations(issue),
    ...(issue.related === undefined
      ? {}
      : {
          relatedLocations: issue.related.flatMap((related) =>
            locations(related).map((each) => ({ ...each, message: { text: related.message } })),
          ),
        }),
  }));
  const driver = { name: 'kho', version, rules };
  const log = {
    $schema: 'https://json.schemastore.org/sarif-2.1.0.json',
    version: '2.1.0',
    runs: [{ tool: { driver }, columnKind: 'utf16CodeUnits', results }],
  };
  return `${JSON.stringify(log, null, 2)}\n`;
}

function locations(place: Place): object[] {
  const { path, line, column, endLine, endColumn, offset, lengthBytes } = jsonPlace(place);
  if (path === undefined) return [];
  const region =
    line === undefined
      ? { byteOffset: offset ?? 0, byteLength: lengthBytes ?? 0 }
      : { startLine: line, startColumn: column, endLine, endColumn };
  const uri = isAbsolute(path)
    ? pathToFileURL(path).href
    : path.split('\\').map(encodeURI).join('/');
  return [{ physicalLocation: { artifactLocation: { uri }, region } }];
}
