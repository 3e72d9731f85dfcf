// Every key of config.ini: the one description that reading, complaints, suggestions and the example follow.
import type { Bytes, Microseconds, Milliseconds } from 'liveprofiler-sampler/wire';
import { address, hostList, listen, nameList } from './addresses.ts';
import type { HostEntry, Place } from './addresses.ts';
import { duration, labels, secret, size, text, truth, user, wholeNumber } from './value-types.ts';
import type { ValueType } from './value-types.ts';

/** What the keys of each section hold; `host` stands for every [host ALIAS]. */
export interface Values {
  readonly global: { readonly dbpath: string };
  readonly retention: {
    readonly raw: Milliseconds;
    readonly minutes: Milliseconds;
    readonly hours: Milliseconds;
    readonly days: Milliseconds;
    readonly max_size: Bytes;
  };
  readonly collector: {
    readonly secret_header: string;
    readonly admin_secret: string;
    readonly hosts: readonly HostEntry[];
    readonly interval: Milliseconds;
    readonly timeout: Milliseconds;
    readonly concurrency: number;
    readonly max_response: Bytes;
  };
  readonly host: {
    readonly address: Place;
    readonly secret_header: string;
    readonly admin_secret: string;
    readonly service: string;
    readonly labels: ReadonlyMap<string, string>;
    readonly ca: string;
    readonly cert: string;
    readonly key: string;
  };
  readonly visualizer: {
    readonly listen: { readonly host: string; readonly port: number };
    readonly user: string;
    readonly password: string;
    readonly allowed_hosts: readonly string[];
  };
  readonly sampler: { readonly enabled: boolean; readonly interval: Microseconds; readonly secret_header: string };
}

export type SectionName = keyof Values;

export interface KeySpec<T> {
  readonly type: ValueType<T>;
  /** For a person who reads the example. Whole sentences. */
  readonly about: string;
  /** What holds when the key is not there, as one would write it. */
  readonly fallback?: string;
  /** What the example shows where there is no fallback. */
  readonly sample?: string;
  /** The example shows it as set, not as a comment. */
  readonly needed?: true;
  /** What an empty value means; without it, it is a fault. */
  readonly empty?: T;
  /** A value that matches is never shown. */
  readonly hides?: RegExp;
}

const ANYTHING = /^/;
/** What may hold a password: `user:password@`, or a query. */
const CREDENTIALS = /[@?]/;
const KEPT = duration({ min: '1h', max: '3650d', such: '14d', bare: 'd', unit: 'ms' });
const FILE = 'a path, relative to this file, of a PEM file';

export const KEYS: { readonly [S in SectionName]: { readonly [K in keyof Values[S]]: KeySpec<Values[S][K]> } } = {
  global: {
    dbpath: {
      type: text('a path, relative to this file'),
      about: 'The folder that keeps the profiles. It is made when it is not there.',
      fallback: './liveprofiler-data',
    },
  },
  retention: {
    raw: { type: KEPT, about: 'How long windows are kept as they came. What is older is known by 5 minutes.', fallback: '2d' },
    minutes: { type: KEPT, about: 'How long sums of 5 minutes are kept. What is older is known by the hour.', fallback: '30d' },
    hours: { type: KEPT, about: 'How long sums of an hour are kept. What is older is known by the day, UTC.', fallback: '400d' },
    days: { type: KEPT, about: 'How long sums of a day are kept. What is older is deleted.', fallback: '400d' },
    max_size: {
      type: size({ min: '16MiB', max: '100000GiB' }),
      about: 'What dbpath may take on disk. At the limit the oldest of what is finest goes first. Without it, retention alone decides.',
      sample: '20GiB',
    },
  },
  collector: {
    secret_header: {
      type: secret,
      about: 'The secret of the samplers, sent in the header PROFILER_TOKEN. It is needed unless every host is a section with its own. ${NAME} in any value stands for an environment variable.',
      sample: '${PROFILER_TOKEN}',
      needed: true,
      hides: ANYTHING,
    },
    admin_secret: {
      type: secret,
      about: 'The adminSecret of the samplers. With it the page can take heap snapshots of the hosts; without it nobody can.',
      sample: '${ADMIN_TOKEN}',
      hides: ANYTHING,
    },
    hosts: {
      type: hostList,
      about: 'Where the samplers answer: name:port, a range of ports as in web:8000..8003, [::1]:port, whole URLs, or the ALIAS of a section below. Without a path of its own an address is asked at /liveprofiler. dns:name:port stands for all addresses that a name server has for the name, file:PATH for those of a JSON file in the form of Prometheus; both are followed as they change.',
      sample: 'localhost:8000',
      needed: true,
      empty: [],
      hides: CREDENTIALS,
    },
    interval: {
      type: duration({ min: '100ms', max: '1h', such: '10s', bare: 's', unit: 'ms' }),
      about: 'How often each host is asked.',
      fallback: '10s',
    },
    timeout: {
      type: duration({ min: '100ms', max: '1h', such: '5s', bare: 's', unit: 'ms' }),
      about: 'How long a host may take to answer in full: at most interval, and never longer than it when not set.',
      fallback: '5s',
    },
    concurrency: { type: wholeNumber(1, 1000), about: 'How many hosts are asked at the same time, at most.', fallback: '32' },
    max_response: {
      type: size({ min: '64KiB', max: '1GiB' }),
      about: 'Longer answers, unpacked, are refused.',
      fallback: '32MiB',
    },
  },
  host: {
    address: { type: address, about: 'Where its sampler answers, or where hosts come from that share what follows.', sample: 'https://web.example.com:8443/liveprofiler', hides: CREDENTIALS },
    secret_header: { type: secret, about: 'Its own secret, instead of the one of [collector].', sample: '${WEB_TOKEN}', hides: ANYTHING },
    admin_secret: { type: secret, about: 'Its own adminSecret, instead of the one of [collector].', sample: '${WEB_ADMIN_TOKEN}', hides: ANYTHING },
    service: { type: text('a name'), about: 'The service it belongs to.', sample: 'web' },
    labels: { type: labels, about: 'What else to tell it apart by.', sample: 'region=eu, tier=front' },
    ca: { type: text(FILE), about: 'The authority that signed its certificate, when it is a private one.', sample: './ca.pem' },
    cert: { type: text(FILE), about: 'Our certificate and its key, when the host asks for one.', sample: './client.pem' },
    key: { type: text(FILE), about: 'The key of cert, not encrypted.', sample: './client.key' },
  },
  visualizer: {
    listen: {
      type: listen,
      about: 'Where the page is served. Anything but loopback needs user and password.',
      fallback: '127.0.0.1:9999',
    },
    user: { type: user, about: 'Who may see the page. Set both or none.', sample: 'profiler' },
    password: { type: text('any text'), about: 'The password of user.', sample: '${PROFILER_PASSWORD}', hides: ANYTHING },
    allowed_hosts: {
      type: nameList,
      about: 'Names by which browsers may call the page, besides those of loopback.',
      sample: 'profiler.example.com',
    },
  },
  sampler: {
    enabled: { type: truth, about: 'Whether liveprofiler profiles itself. It shows among the hosts as liveprofiler.', fallback: 'false' },
    interval: {
      type: duration({ min: '1ms', max: '1s', such: '10ms', bare: 's', unit: 'us' }),
      about: 'Time between two samples.',
      fallback: '10ms',
    },
    secret_header: { type: secret, about: 'The secret it uses for itself, instead of the one of [collector].', sample: '${OWN_TOKEN}', hides: ANYTHING },
  },
};
