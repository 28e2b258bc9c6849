// What the language server costs while one works on a large source, beside `dtc` compiling the same
// file in the same run. Figures are CPU time of all threads of the server, in milliseconds.
//   node scripts/build.mjs && node bench/language-server.mjs [--edits 40] [--quick]
import { spawn } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';
import { cpuMsOf, cpuMsOfCommand, median, quantile, residentMib } from './cpu-time.mjs';
import { generate, generateDriver } from './generate.mjs';

const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} = require('vscode-languageserver/node');

const SCENARIOS = [
  { shape: 'kho', lines: 10_000 },
  { shape: 'nested', lines: 10_000 },
  { shape: 'kho', lines: 100_000 },
  { shape: 'nested', lines: 100_000 },
  { shape: 'flat', lines: 100_000 },
  { shape: 'C', bytes: 60_000 },
];
/** What --quick leaves. */
const QUICK_LINES = 10_000;
const DTC_RUNS = 3;

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '40' },
    server: { type: 'string', default: path.join(root, 'dist/server.cjs') },
    quick: { type: 'boolean', default: false },
  },
});
const folder = mkdtempSync(path.join(tmpdir(), 'kho-bench-'));
try {
  console.log(
    'source                  open    edit (p95)      hover  completion  memory    dtc  edit/dtc',
  );
  for (const scenario of SCENARIOS.filter(({ lines = 0 }) => !values.quick || lines <= QUICK_LINES))
    await measureScenario(scenario);
} finally {
  rmSync(folder, { recursive: true, force: true });
}

async function measureScenario({ shape, lines, bytes }) {
  const isC = shape === 'C';
  const text = isC ? generateDriver(bytes) : generate({ shape, lines });
  const file = path.join(folder, isC ? 'bench.c' : 'bench.kho.dts');
  writeFileSync(file, text);
  const command = `timeout 60 dtc -q -I dts -O dtb -o /dev/null ${file} 2>/dev/null`;
  const runs = isC ? 0 : DTC_RUNS;
  const dtcMs = median(Array.from({ length: runs }, () => cpuMsOfCommand(command))) ?? Number.NaN;
  const languageId = isC ? 'c' : 'kho-fdt';
  const { openMs, editMs, hoverMs, completionMs, mib } = await measureServer(
    file,
    text,
    languageId,
  );
  const dtc = isC ? '' : Number.isNaN(dtcMs) ? 'fails' : dtcMs.toFixed(0);
  const ratio = Number.isNaN(dtcMs) ? '' : (median(editMs) / dtcMs).toFixed(2);
  const edit = `${median(editMs).toFixed(1)} (${quantile(editMs, 0.95).toFixed(1)})`;
  console.log(
    `${shape} ${text.split('\n').length} lines`.padEnd(22),
    openMs.toFixed(0).padStart(5),
    edit.padStart(13),
    median(hoverMs).toFixed(1).padStart(10),
    median(completionMs).toFixed(1).padStart(11),
    `${mib.toFixed(0)} MiB`.padStart(7),
    dtc.padStart(6),
    ratio.padStart(9),
  );
}

async function measureServer(file, text, languageId) {
  const uri = pathToFileURL(file).href;
  const server = spawn(process.execPath, [values.server, '--stdio'], {
    stdio: ['pipe', 'pipe', 'inherit'],
  });
  const connection = createProtocolConnection(
    new StreamMessageReader(server.stdout),
    new StreamMessageWriter(server.stdin),
  );
  connection.listen();
  await connection.sendRequest('initialize', {
    processId: process.pid,
    rootUri: null,
    capabilities: { textDocument: { diagnostic: {} } },
    initializationOptions: { bindingsPath: path.join(root, 'bindings') },
  });
  await connection.sendNotification('initialized', {});
  const textDocument = { uri };
  // Bindings are read once, before anything is asked.
  await connection.sendRequest('workspace/symbol', { query: 'none' });
  const ask = () => connection.sendRequest('textDocument/diagnostic', { textDocument });
  const measured = async (action) => {
    const before = cpuMsOf(server.pid);
    await action();
    return cpuMsOf(server.pid) - before;
  };
  const openMs = await measured(async () => {
    const document = { uri, languageId, version: 1, text };
    await connection.sendNotification('textDocument/didOpen', { textDocument: document });
    await ask();
  });
  const figures = { openMs, editMs: [], hoverMs: [], completionMs: [] };
  const lines = text.split('\n');
  // The number of digits of a value, in the middle of the file.
  const line = lines.findIndex(
    (each, i) =>
      i > lines.length / 2 && (languageId === 'c' ? /ring->bytes/ : /<?0x\w+ /).test(each),
  );
  const character = lines[line].search(languageId === 'c' ? /bytes/ : /0x\w+/) + 2;
  const at = { textDocument, position: { line, character } };
  for (let edit = 0; edit < Number(values.edits); edit++) {
    const isInsert = edit % 2 === 0;
    const start = { line, character };
    const end = { line, character: character + (isInsert ? 0 : 1) };
    const change = async () => {
      await connection.sendNotification('textDocument/didChange', {
        textDocument: { uri, version: edit + 2 },
        contentChanges: [{ range: { start, end }, text: isInsert ? '1' : '' }],
      });
      await ask();
    };
    figures.editMs.push(await measured(change));
    const hover = () => connection.sendRequest('textDocument/hover', at);
    figures.hoverMs.push(await measured(hover));
    const place = { textDocument, position: { line: line - 1, character: lines[line - 1].length } };
    const completion = () => connection.sendRequest('textDocument/completion', place);
    figures.completionMs.push(await measured(completion));
  }
  figures.mib = residentMib(server.pid);
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  return figures;
}
