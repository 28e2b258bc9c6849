/* Expectations as KUnit writes them; one that fails is a finding at its line. */
#pragma once

#include <linux/bug.h>
#include <linux/err.h>
#include <linux/init.h>
#include <linux/string.h>
#include <linux/types.h>

struct kunit {
	void *priv;
	const char *name;
	bool failed;
};

struct kunit_case {
	void (*run_case)(struct kunit *test);
	const char *name;
};

struct kunit_suite {
	const char *name;
	int (*init)(struct kunit *test);
	void (*exit)(struct kunit *test);
	struct kunit_case *test_cases;
};

#define KUNIT_CASE(function) { .run_case = (function), .name = #function }
/* An entry of the section kho_kunit_suites. */
struct kho_kunit_entry {
	struct kunit_suite *suite;
	const char *modname;
};

#define kunit_test_suite(tests)                                           \
	KHO_SECTION_ENTRY("kho_kunit_suites") struct kho_kunit_entry      \
		__PASTE(__kunit_, tests) = { &(tests), KBUILD_MODNAME }

/* Returns unless the test is to end here: a failed assertion does not return. */
void kho_native_expect(struct kunit *test, bool holds, bool is_assertion, const char *file,
		       int line, const char *text);

#define KHO_EXPECT(test, condition, is_assertion, text) \
	kho_native_expect(test, condition, is_assertion, __FILE__, __LINE__, text)
#define KHO_COMPARE(test, a, op, b, is_assertion) \
	KHO_EXPECT(test, (a)op(b), is_assertion, #a " " #op " " #b)

#define KUNIT_EXPECT_TRUE(test, condition) KHO_EXPECT(test, condition, false, #condition)
#define KUNIT_EXPECT_FALSE(test, condition) KHO_EXPECT(test, !(condition), false, "!" #condition)
#define KUNIT_EXPECT_EQ(test, a, b) KHO_COMPARE(test, a, ==, b, false)
#define KUNIT_EXPECT_NE(test, a, b) KHO_COMPARE(test, a, !=, b, false)
#define KUNIT_EXPECT_LT(test, a, b) KHO_COMPARE(test, a, <, b, false)
#define KUNIT_EXPECT_LE(test, a, b) KHO_COMPARE(test, a, <=, b, false)
#define KUNIT_EXPECT_GT(test, a, b) KHO_COMPARE(test, a, >, b, false)
#define KUNIT_EXPECT_GE(test, a, b) KHO_COMPARE(test, a, >=, b, false)
#define KUNIT_EXPECT_PTR_EQ(test, a, b) KHO_COMPARE(test, a, ==, b, false)
#define KUNIT_EXPECT_NULL(test, a) KHO_COMPARE(test, a, ==, NULL, false)
#define KUNIT_EXPECT_NOT_NULL(test, a) KHO_COMPARE(test, a, !=, NULL, false)
#define KUNIT_EXPECT_STREQ(test, a, b) KHO_EXPECT(test, !strcmp(a, b), false, #a " == " #b)
#define KUNIT_EXPECT_MEMEQ(test, a, b, n) \
	KHO_EXPECT(test, !memcmp(a, b, n), false, #a " == " #b)
#define KUNIT_EXPECT_NOT_ERR_OR_NULL(test, a) \
	KHO_EXPECT(test, !IS_ERR_OR_NULL(a), false, #a " is no error")
#define KUNIT_ASSERT_TRUE(test, condition) KHO_EXPECT(test, condition, true, #condition)
#define KUNIT_ASSERT_EQ(test, a, b) KHO_COMPARE(test, a, ==, b, true)
#define KUNIT_ASSERT_NE(test, a, b) KHO_COMPARE(test, a, !=, b, true)
#define KUNIT_ASSERT_NOT_NULL(test, a) KHO_COMPARE(test, a, !=, NULL, true)
#define KUNIT_ASSERT_NOT_ERR_OR_NULL(test, a) \
	KHO_EXPECT(test, !IS_ERR_OR_NULL(a), true, #a " is no error")
#define KUNIT_FAIL(test, text) KHO_EXPECT(test, false, false, text)
