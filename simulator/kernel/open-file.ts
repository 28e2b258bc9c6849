// What a descriptor of user space stands for: a struct file, shared by all who hold a reference.
import type { Memfd } from './memfd.ts';

export type FileBody =
  /** A file of a driver's; `handle` is the driver's own name for it. */
  | { readonly kind: 'driver'; readonly driver: string; readonly handle: bigint }
  | { readonly kind: 'memfd'; readonly memfd: Memfd }
  /** /dev/liveupdate, which one may open at a time. */
  | { readonly kind: 'live-update' };

export class OpenFile {
  readonly body: FileBody;
  /** Called before user space writes to it. */
  beforeWrite: (() => void) | undefined;
  #references = 1;
  readonly #release: () => Promise<void>;

  /** `release` is called when the last reference is dropped. */
  constructor(body: FileBody, release: () => Promise<void>) {
    this.body = body;
    this.#release = release;
  }

  /** get_file(). */
  get(): this {
    this.#references += 1;
    return this;
  }

  /** fput(). */
  async put(): Promise<void> {
    this.#references -= 1;
    if (this.#references === 0) await this.#release();
  }
}
