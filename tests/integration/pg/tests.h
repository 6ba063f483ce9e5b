#ifndef PORTTI_TESTS_PG_TESTS_H
#define PORTTI_TESTS_PG_TESTS_H

int run_sync_tests(void);
int run_pool_tests(void);
int run_cancel_tests(void);
int run_fault_tests(void);
int run_session_tests(void);
int run_listener_tests(void);

#endif
