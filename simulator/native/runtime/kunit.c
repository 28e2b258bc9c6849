/* Suites of KUnit: results go to the log as KTAP, and what does not hold is a finding at its line. */
#include <kunit/test.h>
#include <linux/printk.h>
#include <linux/sprintf.h>

#include "native.h"

extern const struct kho_kunit_entry __start_kho_kunit_suites[] __attribute__((weak));
extern const struct kho_kunit_entry __stop_kho_kunit_suites[] __attribute__((weak));

/* Where a case ends whose assertion does not hold. */
static void *end_of_case[5];

void kho_native_each_suite(void (*tell)(const char *modname, const char *name, void *suite))
{
	for (const struct kho_kunit_entry *each = __start_kho_kunit_suites;
	     each < __stop_kho_kunit_suites; each++)
		tell(each->modname, each->suite->name, each->suite);
}

void kho_native_expect(struct kunit *test, bool holds, bool is_assertion, const char *file,
		       int line, const char *text)
{
	char message[256];

	if (holds)
		return;
	test->failed = true;
	snprintf(message, sizeof(message), "%s of %s does not hold: %s",
		 is_assertion ? "an assertion" : "an expectation", test->name, text);
	kho_native_call("kunitFailed", "s", message);
	if (is_assertion)
		__builtin_longjmp(end_of_case, 1);
}

static noinline void run_to_its_end(const struct kunit_case *each, struct kunit *test)
{
	if (__builtin_setjmp(end_of_case) == 0)
		each->run_case(test);
}

extern char __executable_start[];

int kho_native_run_suite(unsigned long offset)
{
	const struct kunit_suite *suite = (const void *)(__executable_start + offset);
	int count = 0, failed = 0;

	pr_info("# Subtest: %s", suite->name);
	for (const struct kunit_case *each = suite->test_cases; each->run_case; each++) {
		struct kunit test = { .name = each->name };

		if (suite->init && suite->init(&test))
			test.failed = true;
		else
			run_to_its_end(each, &test);
		if (suite->exit)
			suite->exit(&test);
		count++;
		failed += test.failed;
		pr_info("%s %d %s", test.failed ? "not ok" : "ok", count, each->name);
	}
	pr_info("# %s: pass:%d fail:%d total:%d", suite->name, count - failed, failed, count);
	return 0;
}
