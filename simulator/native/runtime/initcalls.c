/* What drivers registered without a call, by sections. */
#include <linux/init.h>

#include "native.h"

extern const struct kho_initcall __start_kho_initcalls[] __attribute__((weak));
extern const struct kho_initcall __stop_kho_initcalls[] __attribute__((weak));

void kho_native_each_initcall(void (*tell)(const char *modname, const char *name, void *function,
					   int level))
{
	for (const struct kho_initcall *each = __start_kho_initcalls; each < __stop_kho_initcalls;
	     each++)
		tell(each->modname, each->name, (void *)each->call, each->level);
}
