// The process that the editor starts: one language server on the transport its arguments name.
import { setFlagsFromString } from 'node:v8';
import { createConnection, ProposedFeatures } from 'vscode-languageserver/node';
import { startServer } from './server.ts';

// Patterns come from bindings of the workspace: one that backtracks without end must not hang us.
setFlagsFromString('--enable-experimental-regexp-engine-on-excessive-backtracks');

const connection = createConnection(ProposedFeatures.all);
// What slips past every guard is a mistake of ours; the user keeps a server that answers.
process.on('uncaughtException', (error) => connection.console.error(String(error.stack)));
process.on('unhandledRejection', (reason) => connection.console.error(String(reason)));
startServer(connection);
