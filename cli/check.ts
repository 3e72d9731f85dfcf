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
    `${collector.hosts.length} hosts${collector.sources.length === 0 ? '' : ' and those that come and go'}, every ${seconds(collector.intervalMs)}:`,
    ...collector.hosts.map(({ name, url }) => `  ${name}  ${url.href}`),
    ...collector.sources.map((source) => `  ${source.name}  ${source.kind === 'dns' ? `every address of ${source.url.href}` : `those named in ${source.path}`}`),
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
  return 0;
}
