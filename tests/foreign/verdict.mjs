// A verdict other than "valid" ends the judgement of a thing.

export class Verdict extends Error {
  constructor(word) {
    super(word);
    this.word = word;
  }
}

/** Goes on when `right`; else the verdict is `word`. */
export function check(right, word) {
  if (!right) throw new Verdict(word);
}

/** What `judge` returns, or the word of the verdict that it ends with. */
export function wordOf(judge) {
  try {
    return judge();
  } catch (error) {
    if (error instanceof Verdict) return error.word;
    throw error;
  }
}
