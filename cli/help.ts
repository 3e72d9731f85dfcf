export const HELP = `liveprofiler: always-on profiling for Node.js fleets

  liveprofiler serve --config FILE   collect the hosts of FILE and serve the page, until SIGINT or SIGTERM
  liveprofiler check --config FILE   say all that is wrong with FILE, or what it means

  -c, --config FILE   config.ini
  -h, --help          this text
  -V, --version       the version

SIGHUP makes serve read FILE again: hosts come and go without a restart.
Exit codes: 0 done, 1 something failed, 2 a wrong call or a wrong configuration.
`;
