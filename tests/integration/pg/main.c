#include "tests.h"

#include <signal.h>
#include <stdio.h>
#include <string.h>

/* Without arguments all groups run; with one, only that. */
int main(int argc, char **argv)
{
    static const struct {
        const char *name;
        int (*run)(void);
    } groups[] = {{"sync", run_sync_tests},       {"pool", run_pool_tests},         {"cancel", run_cancel_tests},
                  {"session", run_session_tests}, {"listener", run_listener_tests}, {"fault", run_fault_tests}};
    int failures = 0;
    sigaction(SIGPIPE, &(struct sigaction){.sa_handler = SIG_IGN}, NULL);
    for (size_t i = 0; i < sizeof groups / sizeof groups[0]; i++) {
        if (argc < 2 || strcmp(argv[1], groups[i].name) == 0) {
            failures += groups[i].run();
        }
    }
    return failures == 0 ? 0 : 1;
}
