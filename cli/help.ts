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

  liveprofiler top [WHAT] [--by route]
                                     the functions that took most time, or what each value of a label took
  liveprofiler diff A B [--by total|duration] [--fail-above 5%]
                                     what changed from A to B, as shares of all busy time, or of the time covered
  liveprofiler export [WHAT] --format pprof|speedscope|folded|cpuprofile|heapprofile|svg [-o FILE]
    WHAT, A and B say what is looked at as pages do, such as "service=shop&version=1.2&from=-2h", or are the address
    of a page. These hold for both of A and B:
    --kind KIND                      cpu, heap-live (bytes held), heap-alloc (bytes allocated) or instances; cpu when left out
    --host NAME, --service NAME      as often as one likes
    --from DATE, --until DATE        the last 15 minutes when nothing is said
    --limit N                        rows of a table; 20
    And where it is asked, one of
    --url ADDRESS                    a running server; LIVEPROFILER_USER and LIVEPROFILER_PASSWORD when it wants them
    --config FILE, --db FOLDER       a folder, whether a server holds it or none

  liveprofiler heap FILE [--limit N]  what a heap snapshot is made of, and who keeps it; no server is needed
  liveprofiler heap A B [--limit N]   what is new, gone, grown or shrunk in B

  -c, --config FILE   config.ini
  -h, --help          this text
  -V, --version       the version

SIGHUP makes serve read FILE again. What needs a restart is named in the log.
Exit codes: 0 done, 1 something failed, 2 a wrong call or a wrong configuration,
3 a function grew by more than --fail-above. A change within the sampling error never fails.
`;
