// One answer for all who ask the same. Where a fleet is large an answer costs, and pages that are left open ask again
// and again: who asks while an answer is made gets that one, and who asks soon after gets it too.

/** Answers `question` by `work`, or as it was answered before. */
export type Share = <T>(question: string, work: () => Promise<T>) => Promise<Shared<T>>;

export interface Shared<T> {
  readonly answer: T;
  /** False when it was made for somebody who asked before. */
  readonly fresh: boolean;
}

export interface SharingOptions {
  readonly nowMs?: () => number;
}

/** Of what an answer took to make: then no question takes more than a twentieth of the time, whoever asks it. */
const KEPT_FOR = 19;
/** Nobody gets an older one. */
const MOST_MS = 30_000;

export function createSharing({ nowMs = () => performance.now() }: SharingOptions = {}): Share {
  const answers = new Map<string, { readonly answer: Promise<unknown>; untilMs: number }>();
  return async <T>(question: string, work: () => Promise<T>) => {
    const startMs = nowMs();
    for (const [key, { untilMs }] of answers) if (untilMs <= startMs) answers.delete(key);
    const known = answers.get(question);
    if (known !== undefined) return { answer: (await known.answer) as T, fresh: false };
    const made = { answer: work(), untilMs: Number.POSITIVE_INFINITY };
    answers.set(question, made);
    try {
      const answer = await made.answer;
      const endMs = nowMs();
      made.untilMs = endMs + Math.min(MOST_MS, KEPT_FOR * (endMs - startMs));
      return { answer, fresh: true };
    } catch (error) {
      answers.delete(question);
      throw error;
    }
  };
}
