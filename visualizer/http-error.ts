/** A request that cannot be answered as asked: status, stable code, a sentence with the way out. */
export class HttpError extends Error {
  readonly status: number;
  readonly code: string;
  constructor(status: number, code: string, sentence: string) {
    super(sentence);
    this.name = 'HttpError';
    this.status = status;
    this.code = code;
  }
}
