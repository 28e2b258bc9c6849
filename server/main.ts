// The process that the editor starts: one language server on the transport its arguments name.
import { readFile } from 'node:fs/promises';
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import type { CParserFiles } from '../c/index.ts';
import { startServer } from './server.ts';

// Patterns come from bindings of the workspace: one that backtracks without end must not hang us.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');
// A file is open for a fraction of a second of work, where compiling functions into each other
// costs more than it gains: without most of it a first file of 100,000 lines takes a quarter less.
setFlagsFromString('--max-inlined-bytecode-size-cumulative=100');

/** The build leaves the parser of C beside the server. */
async function readParser(): Promise<CParserFiles> {
  const beside = (name: string): Promise<Uint8Array> => readFile(new URL(name, import.meta.url));
  return {
    runtime: await beside('web-tree-sitter.wasm'),
    grammar: await beside('tree-sitter-c.wasm'),
  };
}

const connection = createConnection(ProposedFeatures.all);
// What slips past every guard is a mistake of ours; the user keeps a server that answers.
process.on('uncaughtException', (error) => connection.console.error(String(error.stack)));
process.on('unhandledRejection', (reason) => connection.console.error(String(reason)));
startServer(connection, readParser);
