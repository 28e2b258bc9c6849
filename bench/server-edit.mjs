// From one typed character to its diagnostics in a file of 10,000 lines, against `dtc` compiling
// the same file in the same run. Prints both and their ratio; needs dist/server.cjs and dtc.
//   node bench/server-edit.mjs [--edits 30] [--lines 10000] [--server dist/server.cjs] [--json]
import { spawn, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { parseArgs } from 'node:util';

const root = path.dirname(import.meta.dirname);
const require = createRequire(import.meta.url);
const {
  createProtocolConnection,
  StreamMessageReader,
  StreamMessageWriter,
} = require('vscode-languageserver/node');

const { values } = parseArgs({
  options: {
    edits: { type: 'string', default: '30' },
    lines: { type: 'string', default: '10000' },
    server: { type: 'string', default: path.join(root, 'dist/server.cjs') },
    json: { type: 'boolean', default: false },
  },
});
const edits = Number(values.edits);
const text = generate(Number(values.lines));
const folder = mkdtempSync(path.join(tmpdir(), 'kho-bench-'));
try {
  const file = path.join(folder, 'bench.kho.dts');
  writeFileSync(file, text);
  report(await measure(file));
} finally {
  rmSync(folder, { recursive: true, force: true });
}

/** Trace arrays of 64 CPUs each: real bindings apply to every node. dtc compiles it too. */
function generate(lines) {
  const out = ['/dts-v1/;', '', '/ {', 'compatible = "kho-v1";', 'ftrace {'];
  out.push('compatible = "ftrace-v1";', 'events = <1 1 2 2 3 3>;');
  let address = 0x101000000;
  const hex = (number) => `0x${number.toString(16)}`;
  for (let array = 0; out.length < lines; array++) {
    out.push(`array-${array} {`, 'compatible = "ftrace,array-v1";', 'trace-flags = <0x3354601>;');
    for (let cpu = 0; cpu < 64 && out.length < lines; cpu++) {
      out.push(`cpu${cpu.toString(16)} {`, 'compatible = "ftrace,cpu-v1";', `cpu = <${cpu}>;`);
      const ranges = [];
      for (let page = 0; page < 4; page++, address += 0x2000)
        ranges.push(`${hex(address)} 0x38`, `${hex(address + 0x1000)} 0x1000`);
      out.push('mem = /bits/ 64 <', ...ranges, '>;', '};');
    }
    out.push('};');
  }
  out.push('};', '};', '');
  return out.join('\n');
}

async function measure(file) {
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
  // In the middle of the file: space that grows, so that everything is checked every time.
  const line = Math.floor(text.split('\n').length / 2);
  const ask = () => connection.sendRequest('textDocument/diagnostic', { textDocument: { uri } });
  const timeHover = async () => {
    const start = performance.now();
    const position = { line: line + 20, character: 1 };
    await connection.sendRequest('textDocument/hover', { textDocument: { uri }, position });
    return performance.now() - start;
  };
  const begin = performance.now();
  await connection.sendNotification('textDocument/didOpen', {
    textDocument: { uri, languageId: 'kho-fdt', version: 1, text },
  });
  const { items } = await ask();
  const openMs = performance.now() - begin;
  const editMs = [];
  const dtcMs = [];
  const hoverMs = [];
  for (let edit = 0; edit < edits; edit++) {
    const start = performance.now();
    const position = { line, character: 0 };
    await connection.sendNotification('textDocument/didChange', {
      textDocument: { uri, version: edit + 2 },
      contentChanges: [{ range: { start: position, end: position }, text: ' ' }],
    });
    await ask();
    editMs.push(performance.now() - start);
    hoverMs.push(await timeHover());
    dtcMs.push(timeDtc(file));
  }
  await connection.sendRequest('shutdown');
  await connection.sendNotification('exit');
  return { diagnostics: items.length, openMs, editMs, hoverMs, dtcMs };
}

function timeDtc(file) {
  const start = performance.now();
  const { status } = spawnSync('dtc', ['-q', '-I', 'dts', '-O', 'dtb', '-o', '/dev/null', file], {
    timeout: 10_000,
  });
  return status === 0 ? performance.now() - start : Number.NaN;
}

function median(numbers) {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)];
}

function report({ diagnostics, openMs, editMs, hoverMs, dtcMs }) {
  const result = {
    lines: text.split('\n').length,
    bytes: text.length,
    diagnostics,
    openMs: Math.round(openMs),
    editMs: Number(median(editMs).toFixed(1)),
    worstEditMs: Number(Math.max(...editMs).toFixed(1)),
    hoverMs: Number(median(hoverMs).toFixed(1)),
    dtcMs: Number(median(dtcMs).toFixed(1)),
    ratio: Number((median(editMs) / median(dtcMs)).toFixed(2)),
  };
  if (values.json) return console.log(JSON.stringify(result));
  console.log(`${result.lines} lines, ${result.bytes} bytes, ${diagnostics} diagnostics`);
  console.log(`open to diagnostics   ${result.openMs} ms`);
  console.log(`edit to diagnostics   ${result.editMs} ms, worst ${result.worstEditMs} ms`);
  console.log(`hover                 ${result.hoverMs} ms`);
  console.log(`dtc, the whole file   ${result.dtcMs} ms`);
  console.log(`ratio                 ${result.ratio}`);
}
