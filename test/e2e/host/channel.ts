// What passes between the stand-in and the tests inside its extension host: a folder of files,
// since a file that was written stays even when the process that wrote it is killed.
import {
  appendFileSync,
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readdirSync,
  readFileSync,
  readSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';

/** Names the folder to the tests; absent in an editor that is not the stand-in. */
export const CHANNEL_ENV = 'KHO_E2E_CHANNEL';

export type Verdict = 'passed' | 'failed';

/** One side's view of the folder; both sides may be used at once. */
export class Channel {
  readonly #output: string;
  readonly #verdict: string;
  readonly #pictures: string;
  #shownBytes = 0;

  constructor(folder: string) {
    this.#output = path.join(folder, 'output');
    this.#verdict = path.join(folder, 'verdict');
    this.#pictures = path.join(folder, 'pictures');
    mkdirSync(this.#pictures, { recursive: true });
  }

  /** Inside: prints for whoever runs the tests. */
  print(text: string): void {
    appendFileSync(this.#output, text);
  }

  /** Outside: what was printed since the last call. */
  takeOutput(): Buffer {
    if (!existsSync(this.#output)) return Buffer.alloc(0);
    const file = openSync(this.#output, 'r');
    try {
      const chunks: Buffer[] = [];
      for (;;) {
        const chunk = Buffer.alloc(64 * 1024);
        const length = readSync(file, chunk, 0, chunk.length, this.#shownBytes);
        if (length === 0) return Buffer.concat(chunks);
        this.#shownBytes += length;
        chunks.push(chunk.subarray(0, length));
      }
    } finally {
      closeSync(file);
    }
  }

  /** Inside: the last thing a run does. Renamed into place, so that it is never half there. */
  leaveVerdict(verdict: Verdict): void {
    writeFileSync(`${this.#verdict}.unfinished`, verdict);
    renameSync(`${this.#verdict}.unfinished`, this.#verdict);
  }

  /** Outside: the verdict, once there is one. */
  get verdict(): Verdict | undefined {
    if (!existsSync(this.#verdict)) return undefined;
    return readFileSync(this.#verdict, 'utf8') === 'passed' ? 'passed' : 'failed';
  }

  /** Inside: asks for a picture of the editor; it is taken once `isPictureTaken`. */
  requestPicture(name: string): void {
    writeFileSync(path.join(this.#pictures, name), '');
  }

  isPictureTaken(name: string): boolean {
    return !existsSync(path.join(this.#pictures, name));
  }

  /** Outside: the pictures asked for. */
  get requestedPictures(): readonly string[] {
    return readdirSync(this.#pictures);
  }

  /** Outside: says that a picture was taken. */
  answerPicture(name: string): void {
    rmSync(path.join(this.#pictures, name), { force: true });
  }
}
