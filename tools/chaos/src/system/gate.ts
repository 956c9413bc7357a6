import { Transform, type TransformCallback } from 'node:stream';

/** Waits until a piece of data may go on. */
export type Passage = () => Promise<void>;

/** Lets data through in their order, each piece when `passage` says so; while one waits, no more is read. */
export class Gate extends Transform {
  readonly #passage: Passage;

  constructor(passage: Passage) {
    super();
    this.#passage = passage;
  }

  override _transform(chunk: Buffer, _encoding: BufferEncoding, done: TransformCallback): void {
    this.#passage().then(
      () => {
        done(null, chunk);
      },
      (error: unknown) => {
        done(error instanceof Error ? error : new Error(String(error)));
      },
    );
  }
}
