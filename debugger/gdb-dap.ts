// gdb speaks the protocol by itself from version 14 on, but leaves a process stopped that it was
// told to attach to. A kernel that was just started is nothing to look at: this stands between the
// editor and gdb, lets it go on, and passes on everything else as it is.
//   node gdb-dap.cjs GDB [ARGUMENT ...]
import { spawn } from 'node:child_process';
import process from 'node:process';
import type { Readable, Writable } from 'node:stream';
import type { DebugProtocol } from '@vscode/debugprotocol';

/** The number of our own request, which no editor comes to. */
const OWN_SEQ = 2 ** 30;
const HEADER_END = Buffer.from('\r\n\r\n');

type Message = DebugProtocol.ProtocolMessage;

/** Calls `take` with each message of a stream: a header that says how long it is, and JSON. */
function readMessages(stream: Readable, take: (message: Message, frame: Buffer) => void): void {
  let pending: Buffer = Buffer.alloc(0);
  stream.on('data', (chunk: Buffer) => {
    pending = Buffer.concat([pending, chunk]);
    for (;;) {
      const headerEnd = pending.indexOf(HEADER_END);
      if (headerEnd < 0) return;
      const header = pending.toString('latin1', 0, headerEnd);
      const length = Number(/^Content-Length: *(\d+)/im.exec(header)?.[1] ?? 0);
      const start = headerEnd + HEADER_END.length;
      if (pending.length < start + length) return;
      const frame = pending.subarray(0, start + length);
      pending = pending.subarray(start + length);
      take(JSON.parse(frame.toString('utf8', start)), frame);
    }
  });
}

function writeMessage(
  stream: Writable,
  message: Message & { readonly [key: string]: unknown },
): void {
  const body = Buffer.from(JSON.stringify(message));
  stream.write(`Content-Length: ${body.length}\r\n\r\n`);
  stream.write(body);
}

function isAttachStop(message: Message): message is DebugProtocol.StoppedEvent {
  const { event, body } = message as DebugProtocol.Event;
  return message.type === 'event' && event === 'stopped' && body?.reason === 'attach';
}

function isOwnAnswer(message: Message): boolean {
  return message.type === 'response' && (message as DebugProtocol.Response).request_seq === OWN_SEQ;
}

const [command = 'gdb', ...args] = process.argv.slice(2);
const gdb = spawn(command, args, { stdio: ['pipe', 'pipe', 'inherit'] });
gdb.on('error', (error) => {
  process.stderr.write(`${command}: ${error.message}\n`);
  process.exit(1);
});
gdb.on('exit', (code) => process.exit(code ?? 1));
// Whichever of both is gone first, the other notices.
gdb.stdin.on('error', () => {});
process.stdout.on('error', () => gdb.kill());
process.stdin.on('end', () => gdb.stdin.end());

readMessages(process.stdin, (_message, frame) => gdb.stdin.write(frame));
readMessages(gdb.stdout, (message, frame) => {
  if (isAttachStop(message)) {
    const { threadId } = message.body;
    const request = { command: 'continue', arguments: { threadId } };
    writeMessage(gdb.stdin, { seq: OWN_SEQ, type: 'request', ...request });
  } else if (!isOwnAnswer(message)) process.stdout.write(frame);
});
