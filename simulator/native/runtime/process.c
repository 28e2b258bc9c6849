/*
 * The process of one kernel: maps the machine's memory as the engine lets it, calls what the engine
 * says, and tells of what went wrong.
 */
#define _GNU_SOURCE
#include <execinfo.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sched.h>
#include <sys/mman.h>
#include <sys/personality.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <ucontext.h>
#include <unistd.h>

#include "channel.h"

enum {
	MEMORY_FD = 4,
	PAGE_BYTES = 4096,
	MAX_ARGUMENTS = 6,
	LEVEL_OF_SUITES = 100, /* kernel-process.ts knows it */
	MAX_OOPS = 1024,
	SIGNAL_STACK_BYTES = 256 << 10,
	ANY_PERSONALITY = -1, /* asks and changes nothing */
};

/* Memory beside the machine's, of which drivers only have globals and the stack. */
static const rlim_t MAX_DATA_BYTES = 512UL << 20;
/* Should nobody be left to end a callback. */
static const rlim_t MAX_CPU_SECONDS = 600;

unsigned long kho_native_direct_map, kho_native_memory_end;
unsigned long long kho_native_seed;

extern char __executable_start[], _end[];

/* One message at a time is under way; a fault while it is made has buffers of its own. */
static struct kho_writer call_writer, fault_writer;
static struct kho_reader call_reader, fault_reader;
static struct kho_message call_message, fault_message;
static sigjmp_buf callback;
static bool is_in_callback;
static bool is_debugged;
static char *struct_pages, *struct_pages_end;

/* Where the instruction pointer is nowhere; the fault has told who brought it there. */
static const void *const NO_CODE = (const void *)-1;

static __attribute__((noreturn)) void end_callback(const char *message, const void *pc);

static void map(unsigned long address, unsigned long length, int protection, long offset)
{
	int flags = MAP_FIXED | (offset < 0 ? MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE : MAP_SHARED);

	if (mmap((void *)address, length, protection, flags, offset < 0 ? -1 : MEMORY_FD,
		 offset < 0 ? 0 : offset) == MAP_FAILED) {
		if (is_in_callback)
			end_callback("the system maps no more pages for one process: "
				     "see vm.max_map_count, or touch fewer pages of vmalloc()",
				     NULL);
		perror("the memory of the machine cannot be mapped");
		_exit(1);
	}
}

/* Each message begins with what it is and the pages that this kernel does not have any more. */
static int unmap_revoked(const struct kho_message *message)
{
	int count = (int)message->values[1].number;

	for (int i = 0; i < count; i++) {
		const struct kho_value *range = &message->values[2 + 2 * i];

		map(range[0].number, range[1].number, PROT_NONE, -1);
	}
	return 2 + 2 * count;
}

/* Where a debugger stops when something went wrong: the driver's frames are below. */
static __attribute__((noinline)) void kho_native_stop(const char *message)
{
	(void)message;
	if (is_debugged)
		raise(SIGTRAP);
}

static __attribute__((noreturn)) void end_callback(const char *message, const void *pc)
{
	kho_native_stop(message);
	kho_begin(&fault_writer, "oops");
	kho_put_bytes(&fault_writer, 's', message, strlen(message));
	if (pc == NO_CODE)
		kho_put_number(&fault_writer, 'n', 0);
	else
		kho_put_stack(&fault_writer, pc);
	kho_send(&fault_writer);
	if (!is_in_callback)
		_exit(1);
	siglongjmp(callback, 1);
}

void kho_native_oops(const char *format, ...)
{
	char text[MAX_OOPS];
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	end_callback(text, NULL);
}

const struct kho_message *kho_native_call(const char *name, const char *kinds, ...)
{
	static struct kho_message reply;
	va_list args;

	kho_begin(&call_writer, "call");
	kho_put_bytes(&call_writer, 's', name, strlen(name));
	kho_put_stack(&call_writer, NULL);
	va_start(args, kinds);
	for (const char *kind = kinds; *kind; kind++) {
		const char *bytes;

		switch (*kind) {
		case 's':
			bytes = va_arg(args, const char *);
			kho_put_bytes(&call_writer, 's', bytes, strlen(bytes));
			break;
		case 'b':
			bytes = va_arg(args, const char *);
			kho_put_bytes(&call_writer, 'b', bytes, va_arg(args, unsigned long));
			break;
		default:
			kho_put_number(&call_writer, *kind, va_arg(args, unsigned long));
		}
	}
	va_end(args);
	if (call_writer.is_full)
		kho_native_oops("%s(): more than one call can carry", name);
	kho_send(&call_writer);
	kho_receive(&call_reader, &call_message);
	int first = unmap_revoked(&call_message);

	/* The engine has made a finding of it, and says what the callback fails with. */
	if (kho_is(&call_message, "refused"))
		end_callback(call_message.values[first].bytes, NULL);
	reply.count = call_message.count - first;
	memcpy(reply.values, &call_message.values[first], reply.count * sizeof(struct kho_value));
	return &reply;
}

long long kho_native_call_int(const struct kho_message *reply)
{
	return reply->count > 0 ? (long long)reply->values[0].number : 0;
}

void *kho_native_call_pointer(const struct kho_message *reply)
{
	return reply->count > 0 ? (void *)reply->values[0].number : NULL;
}

/*
 * The address that was used. Of one that no page table can have, the processor says nothing: then
 * it is in one of the registers.
 */
static unsigned long address_of(const siginfo_t *info, const ucontext_t *context)
{
	unsigned long address = (unsigned long)info->si_addr;

#ifdef __x86_64__
	if (address == 0 && info->si_code == SI_KERNEL)
		for (int i = 0; i < REG_RIP; i++) {
			long top = context->uc_mcontext.gregs[i] >> 47;

			if (top != 0 && top != -1)
				return (unsigned long)context->uc_mcontext.gregs[i];
		}
#else
	(void)context;
#endif
	return address;
}

static bool is_write(unsigned long address, const ucontext_t *context)
{
#ifdef __x86_64__
	(void)address;
	return (context->uc_mcontext.gregs[REG_ERR] & 2) != 0;
#else
	/* Elsewhere it is a write if having the page to read was not enough. */
	static unsigned long last;
	bool again = address == last;

	(void)context;
	last = address;
	return again;
#endif
}

static const void *instruction_of(const ucontext_t *context)
{
#ifdef __x86_64__
	return (const void *)context->uc_mcontext.gregs[REG_RIP];
#elif defined(__aarch64__)
	return (const void *)context->uc_mcontext.pc;
#else
	(void)context;
	return NULL;
#endif
}

/* Who called what is no function: where it would return to, and the frame of that. */
static void put_callers(struct kho_writer *writer, const ucontext_t *context)
{
#ifdef __x86_64__
	const void *const *top = (const void *const *)context->uc_mcontext.gregs[REG_RSP];

	kho_put_frames(writer, *top, (const void *const *)context->uc_mcontext.gregs[REG_RBP]);
#elif defined(__aarch64__)
	kho_put_frames(writer, (const void *)context->uc_mcontext.regs[30],
		       (const void *const *)context->uc_mcontext.regs[29]);
#else
	kho_put_stack(writer, NULL);
#endif
}

static const char *name_of(int number, const siginfo_t *info)
{
	if (number == SIGFPE && info->si_code == FPE_INTDIV)
		return "divide error";
	if (number == SIGBUS)
		return "the machine's memory does not fit on the disk";
	if (number == SIGILL)
		return "invalid opcode";
	return "it was aborted";
}

/* A page that is not mapped yet, or one that this kernel does not have. */
static void on_fault(int number, siginfo_t *info, void *context_pointer)
{
	const ucontext_t *context = context_pointer;
	const void *pc = instruction_of(context);

	if (number != SIGSEGV)
		end_callback(name_of(number, info), pc);
	unsigned long address = address_of(info, context);
	bool is_called = pc == (const void *)address;

	kho_begin(&fault_writer, "fault");
	kho_put_number(&fault_writer, 'p', address);
	kho_put_number(&fault_writer, 'i', is_called ? 2 : is_write(address, context));
	if (is_called)
		put_callers(&fault_writer, context);
	else
		kho_put_stack(&fault_writer, pc);
	kho_send(&fault_writer);
	kho_receive(&fault_reader, &fault_message);
	int first = unmap_revoked(&fault_message);

	if (kho_is(&fault_message, "refused"))
		end_callback(fault_message.values[first].bytes, is_called ? NO_CODE : pc);
	for (int i = first; i + 3 < fault_message.count; i += 4) {
		const struct kho_value *pages = &fault_message.values[i];
		int protection = pages[3].number ? PROT_READ | PROT_WRITE : PROT_READ;

		map(pages[0].number, pages[1].number, protection, (long)pages[2].number);
	}
}

static void catch_faults(void)
{
	static const int SIGNALS[] = { SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT };
	struct sigaction action = { .sa_sigaction = on_fault, .sa_flags = SA_SIGINFO | SA_ONSTACK };
	stack_t stack = { .ss_size = SIGNAL_STACK_BYTES, .ss_sp = malloc(SIGNAL_STACK_BYTES) };
	void *first;

	/* Loads what it needs, which a handler had better not. */
	backtrace(&first, 1);
	sigaltstack(&stack, NULL);
	for (unsigned int i = 0; i < sizeof(SIGNALS) / sizeof(*SIGNALS); i++)
		sigaction(SIGNALS[i], &action, NULL);
}

static void limit(int resource, rlim_t most)
{
	struct rlimit both = { most, most };

	setrlimit(resource, &both);
}

/* Dies with its parent, has no network where that can be had, and little of everything else. */
static void restrict_process(pid_t parent)
{
	prctl(PR_SET_PDEATHSIG, SIGKILL);
	if (getppid() != parent)
		_exit(0);
	/* A debugger is no child of ours, nor we of it. */
	if (is_debugged) {
		prctl(PR_SET_PTRACER, PR_SET_PTRACER_ANY);
		/* Whoever traces hears of it all the same. */
		signal(SIGTRAP, SIG_IGN);
	}
	if (unshare(CLONE_NEWNET) != 0)
		(void)unshare(CLONE_NEWUSER | CLONE_NEWNET);
	limit(RLIMIT_CORE, 0);
	/* The sanitizer's shadow of all memory is data, too; the other side looks at what is used. */
	if (!kho_native_is_poisoning())
		limit(RLIMIT_DATA, MAX_DATA_BYTES);
	if (!is_debugged)
		limit(RLIMIT_CPU, MAX_CPU_SECONDS);
	kho_native_confine();
}

/* Whoever has switched that off would find every kernel's code at the same place. */
static void randomize_addresses(char **argv)
{
	int persona = personality(ANY_PERSONALITY);

	if (persona < 0 || !(persona & ADDR_NO_RANDOMIZE))
		return;
	if (personality(persona & ~ADDR_NO_RANDOMIZE) >= 0)
		execv("/proc/self/exe", argv);
}

static void boot(void)
{
	kho_receive(&call_reader, &call_message);
	const struct kho_value *values = call_message.values;

	if (!kho_is(&call_message, "boot") || call_message.count < 4)
		_exit(1);
	kho_native_direct_map = values[1].number;
	kho_native_memory_end = values[2].number;
	kho_native_seed = values[3].number;
	map(kho_native_direct_map, kho_native_memory_end, PROT_NONE, -1);
	unsigned long pages = kho_native_memory_end / PAGE_BYTES;
	/* Shared, since then only what is used of it counts. */
	void *memmap = mmap(NULL, pages * kho_native_page_bytes(), PROT_READ | PROT_WRITE,
			    MAP_SHARED | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);

	if (memmap == MAP_FAILED) {
		perror("there is no room for the pages of the machine");
		_exit(1);
	}
	struct_pages = memmap;
	struct_pages_end = struct_pages + pages * kho_native_page_bytes();
	kho_native_start_pages(memmap);
}

/* Where everything is that is no memory of the machine: drivers may hand its address over. */
static void tell_layout(void)
{
	const char *here = __builtin_frame_address(0);
	const char *const PLACES[] = { __executable_start, _end, struct_pages, struct_pages_end };

	for (unsigned int i = 0; i < sizeof(PLACES) / sizeof(*PLACES); i++)
		kho_put_number(&call_writer, 'u', (unsigned long)PLACES[i]);
	kho_put_number(&call_writer, 'u', kho_native_page_bytes());
	kho_put_number(&call_writer, 'u', (unsigned long)here);
}

static void tell_initcall(const char *modname, const char *name, void *function, int level)
{
	kho_put_bytes(&call_writer, 's', modname, strlen(modname));
	kho_put_bytes(&call_writer, 's', name, strlen(name));
	kho_put_number(&call_writer, 'u', (char *)function - __executable_start);
	kho_put_number(&call_writer, 'i', level);
}

static void tell_suite(const char *modname, const char *name, void *suite)
{
	/* Behind all initcalls; what is told of is not a function but what to call one with. */
	tell_initcall(modname, name, suite, LEVEL_OF_SUITES);
}

/* The bytes of an argument are the engine's message, which the next one overwrites. */
static unsigned long argument(const struct kho_value *value)
{
	if (value->kind == 'b')
		return (unsigned long)memcpy(malloc(value->number + 1), value->bytes, value->number);
	return value->bytes ? (unsigned long)strdup(value->bytes) : value->number;
}

static void invoke(void)
{
	typedef unsigned long function(unsigned long, unsigned long, unsigned long, unsigned long,
				       unsigned long, unsigned long);
	unsigned long args[MAX_ARGUMENTS] = { 0 };
	/* What user space writes; it has it back when the callback returns. */
	void *content = NULL;
	int first = unmap_revoked(&call_message);
	function *called = (function *)(__executable_start + call_message.values[first].number);

	/* Nothing of the last callback is mapped: what it may use is asked for anew. */
	map(kho_native_direct_map, kho_native_memory_end, PROT_NONE, -1);
	munmap((void *)KHO_VMALLOC_START, KHO_VMALLOC_END - KHO_VMALLOC_START);
	for (int i = 0; i < MAX_ARGUMENTS && first + 1 + i < call_message.count; i++) {
		args[i] = argument(&call_message.values[first + 1 + i]);
		if (call_message.values[first + 1 + i].kind == 'b')
			content = (void *)args[i];
	}
	if (sigsetjmp(callback, 1) != 0) {
		is_in_callback = false;
		return;
	}
	is_in_callback = true;
	unsigned long value = called(args[0], args[1], args[2], args[3], args[4], args[5]);

	kho_native_run_work();
	is_in_callback = false;
	free(content);
	kho_begin(&call_writer, "returned");
	kho_put_number(&call_writer, 'i', value);
	kho_send(&call_writer);
}

int main(int argc, char **argv)
{
	randomize_addresses(argv);
	is_debugged = argc > 2 && !strcmp(argv[2], "debug");
	restrict_process(argc > 1 ? atoi(argv[1]) : 0);
	boot();
	kho_native_start_sanitizers();
	kho_native_start_coverage();
	catch_faults();
	kho_begin(&call_writer, "ready");
	tell_layout();
	kho_native_each_initcall(tell_initcall);
	kho_native_each_suite(tell_suite);
	kho_send(&call_writer);
	for (;;) {
		kho_receive(&call_reader, &call_message);
		if (!kho_is(&call_message, "invoke"))
			_exit(0);
		invoke();
	}
}
