export const HELP = `liveprofiler: always-on profiling for Node.js fleets

  liveprofiler serve --config FILE   collect the hosts of FILE and serve the page, until SIGINT or SIGTERM
  liveprofiler check --config FILE   say all that is wrong with FILE, or what it means

  liveprofiler pin --from DATE [--until DATE] [--note TEXT] --config FILE
                                     keep a range in full beyond its retention
  liveprofiler pins --config FILE    list what is pinned
  liveprofiler unpin ID --config FILE
  liveprofiler backup DIR --config FILE
                                     copy the store into an empty folder, while it is served
  liveprofiler rebuild --config FILE make all roll-ups anew of the windows under them
  liveprofiler repair --config FILE  drop what is damaged in a folder that no server holds

  -c, --config FILE   config.ini
  -h, --help          this text
  -V, --version       the version

SIGHUP makes serve read FILE again. What needs a restart is named in the log.
Exit codes: 0 done, 1 something failed, 2 a wrong call or a wrong configuration.
`;
