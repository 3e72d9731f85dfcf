// `liveprofiler check`: what a configuration means, or all that is wrong with it.
import { readConfig } from './config.ts';
import { days, seconds } from './words.ts';

export function check(path: string): number {
  const config = readConfig(path);
  if (config === undefined) return 2;
  const { collector, visualizer } = config;
  const lines = [
    `${path} is sound.`,
    `page: ${visualizer.listen.host}, port ${visualizer.listen.port}${visualizer.credentials === undefined ? '' : ', behind user and password'}`,
    `data: ${config.dbpath}, kept for ${days(config.retention.daysMs)}, for ${days(config.retention.rawMs)} in full`,
    `${collector.hosts.length} hosts, every ${seconds(collector.intervalMs)}:`,
    ...collector.hosts.map(({ name, url }) => `  ${name}  ${url.href}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
