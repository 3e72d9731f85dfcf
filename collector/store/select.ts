// Which windows and rows a selector means. A row's labels are those of its process, overlaid by those of its samples;
// idle and dropped time has the labels of the process.
import type { Labels } from 'liveprofiler-sampler/wire';
import type { Selector } from './contract.ts';

/** The value of a label as a row sees it; undefined when neither its samples nor its process have it. */
export function labelOf(name: string, process: Labels, sample: Labels): string | undefined {
  if (Object.hasOwn(sample, name)) return sample[name];
  return Object.hasOwn(process, name) ? process[name] : undefined;
}

export function selectsLabels({ labels = {} }: Selector, process: Labels, sample: Labels): boolean {
  return Object.entries(labels).every(([name, values]) => {
    const value = labelOf(name, process, sample);
    return value !== undefined && values.includes(value);
  });
}

/** Whether rows of a process with these labels can be meant: none of its labels says otherwise. */
export function mayHold({ labels = {} }: Selector, process: Labels): boolean {
  return Object.entries(labels).every(([name, values]) => !Object.hasOwn(process, name) || values.includes(process[name] ?? ''));
}

/** Whether a window of this boot and thread is meant at all, before labels are looked at. */
export function selectsThread({ boots, threads }: Selector, boot: string, thread: number): boolean {
  return (boots === undefined || boots.includes(boot)) && (threads === undefined || threads.includes(thread));
}
