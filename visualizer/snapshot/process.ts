// The process in which one snapshot is analysed. It answers questions over the channel to who started it, one after the
// other, and ends with it.
import type { SnapshotAnalysis } from './answers.ts';
import { analyse } from './analysis.ts';
import { SnapshotError } from './fault.ts';
import type { Question, Reply } from './open.ts';

const PROGRESS_EVERY_MS = 100;

let analysis: SnapshotAnalysis | undefined;

process.on('disconnect', () => process.exit());
process.on('message', (question: Question) => {
  try {
    reply({ id: question.id, answer: answerTo(question) });
  } catch (error) {
    const code = error instanceof SnapshotError ? error.code : 'SNAPSHOT_ENDED';
    reply({ id: question.id, failed: { code, message: error instanceof Error ? error.message : String(error) } });
  }
});

function answerTo(question: Question): unknown {
  if (question.ask === 'open') {
    let toldMs = 0;
    const [path, mostBytes] = question.args;
    analysis = analyse(path, {
      mostBytes,
      progress(progress) {
        if (performance.now() - toldMs < PROGRESS_EVERY_MS && progress.share < 1) return;
        toldMs = performance.now();
        reply({ progress });
      },
    });
    return analysis.summary();
  }
  if (analysis === undefined) throw new SnapshotError('SNAPSHOT_ENDED', 'No snapshot is open yet.');
  switch (question.ask) {
    case 'classes': return analysis.classes();
    case 'holders': return analysis.holders(...question.args);
    case 'ofClass': return analysis.ofClass(...question.args);
    case 'object': return analysis.object(...question.args);
  }
}

function reply(message: Reply): void {
  process.send?.(message);
}
