// d3-flame-graph moves whatever it draws, with timers for every frame, even when the movement takes no time. Inside of
// this, everything is at once where it will be.
import { selection } from 'd3-selection';

/** What d3-transition adds to selections, as far as it is used there. */
interface Moving {
  transition(this: Moving): Moving;
  /** Ends what moves already. */
  interrupt(): Moving;
  duration?: () => Moving;
  delay?: () => Moving;
  ease?: () => Moving;
}

export function atOnce(work: () => void): void {
  const moving = selection.prototype as Moving;
  const before = Object.getOwnPropertyDescriptor(moving, 'transition');
  moving.transition = function () {
    const still = Object.create(this.interrupt()) as Moving;
    still.duration = still.delay = still.ease = () => still;
    return still;
  };
  try {
    work();
  } finally {
    if (before !== undefined) Object.defineProperty(moving, 'transition', before);
  }
}
