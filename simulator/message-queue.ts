/** Why there will be no more messages. */
export interface Ended {
  readonly reason: string;
}

/** Messages of a process that somebody waits for, one by one, until it has ended. */
export class MessageQueue<Message> {
  readonly #messages: Message[] = [];
  readonly #waiting: ((message: Message | Ended) => void)[] = [];
  #ended: Ended | undefined;

  get isEnded(): boolean {
    return this.#ended !== undefined;
  }

  push(message: Message): void {
    const waiting = this.#waiting.shift();
    if (waiting === undefined) this.#messages.push(message);
    else waiting(message);
  }

  /** Whoever waits now or later is told so, behind the messages that there are. */
  end(reason: string): void {
    this.#ended ??= { reason };
    for (const waiting of this.#waiting.splice(0)) waiting(this.#ended);
  }

  /** The next message, or why there is none. */
  next(): Promise<Message | Ended> {
    const message = this.#messages.shift();
    if (message !== undefined) return Promise.resolve(message);
    if (this.#ended !== undefined) return Promise.resolve(this.#ended);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }
}
