#include "channel.h"

#include <errno.h>
#include <execinfo.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

enum { SOCKET_FD = 3, VALUE_BYTES = 9, MAX_FRAMES = 24, MAX_FRAME_BYTES = 1 << 20 };

extern char __executable_start[], _end[];

static void put(struct kho_writer *writer, const void *bytes, uint64_t length)
{
	if (writer->length + length > KHO_MAX_FRAME) {
		writer->is_full = true;
		return;
	}
	memcpy(writer->bytes + writer->length, bytes, length);
	writer->length += length;
}

void kho_begin(struct kho_writer *writer, const char *what)
{
	writer->length = sizeof(writer->length);
	writer->is_full = false;
	kho_put_bytes(writer, 's', what, strlen(what));
}

void kho_put_number(struct kho_writer *writer, char kind, uint64_t number)
{
	put(writer, &kind, 1);
	put(writer, &number, sizeof(number));
}

void kho_put_bytes(struct kho_writer *writer, char kind, const void *bytes, uint64_t length)
{
	if (length > KHO_MAX_FRAME)
		length = KHO_MAX_FRAME;
	kho_put_number(writer, kind, length);
	put(writer, bytes, length);
}

/*
 * Who called, innermost first, as offsets in this program: the engine's side finds the first that
 * is a driver's. After a fault the instruction itself comes first.
 */
void kho_put_stack(struct kho_writer *writer, const void *pc)
{
	void *frames[MAX_FRAMES];
	int count = backtrace(frames, MAX_FRAMES);
	bool is_past = pc == NULL;

	for (int i = 0; i < count; i++) {
		const char *at = frames[i];

		/* What is above the fault is how it was handled. */
		if (at == pc)
			is_past = true;
		if (!is_past || at < __executable_start || at >= _end)
			continue;
		/* A call returns behind itself; a fault is where it is. */
		kho_put_number(writer, 'u', at - __executable_start - (at != pc));
	}
	if (!is_past && (const char *)pc >= __executable_start && (const char *)pc < _end)
		kho_put_number(writer, 'u', (const char *)pc - __executable_start);
	kho_put_number(writer, 'n', 0);
}

/* The same by frame pointers, which drivers have: backtrace() cannot begin where no code is. */
void kho_put_frames(struct kho_writer *writer, const void *from, const void *const *frame)
{
	const char *at = from;

	for (int i = 0; i < MAX_FRAMES; i++) {
		if (at >= __executable_start && at < _end)
			kho_put_number(writer, 'u', at - __executable_start - 1);
		if (!frame || (unsigned long)frame % sizeof(*frame))
			break;
		const void *const *next = (const void *const *)frame[0];

		at = frame[1];
		if (next <= frame || (const char *)next - (const char *)frame > MAX_FRAME_BYTES)
			break;
		frame = next;
	}
	kho_put_number(writer, 'n', 0);
}

/* System calls, since a driver may well have a function called write(). */
static void write_all(const unsigned char *bytes, size_t length)
{
	while (length > 0) {
		long count = syscall(SYS_write, SOCKET_FD, bytes, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			_exit(0);
		bytes += count;
		length -= count;
	}
}

static void read_all(void *to, size_t length)
{
	unsigned char *bytes = to;

	while (length > 0) {
		long count = syscall(SYS_read, SOCKET_FD, bytes, length);

		if (count < 0 && errno == EINTR)
			continue;
		if (count <= 0)
			_exit(0);
		bytes += count;
		length -= count;
	}
}

void kho_send(struct kho_writer *writer)
{
	uint32_t length = writer->length - sizeof(length);

	memcpy(writer->bytes, &length, sizeof(length));
	write_all(writer->bytes, writer->length);
}

void kho_receive(struct kho_reader *reader, struct kho_message *message)
{
	uint32_t length, at = 0;

	read_all(&length, sizeof(length));
	if (length > KHO_MAX_FRAME)
		_exit(1);
	read_all(reader->bytes, length);
	message->count = 0;
	while (at + VALUE_BYTES <= length && message->count < KHO_MAX_VALUES) {
		struct kho_value *value = &message->values[message->count++];

		value->kind = (char)reader->bytes[at];
		memcpy(&value->number, reader->bytes + at + 1, sizeof(value->number));
		at += VALUE_BYTES;
		value->bytes = NULL;
		if (value->kind == 's' || value->kind == 'b') {
			/* The other side puts a NUL behind either. */
			value->bytes = (const char *)reader->bytes + at;
			at += value->number + 1;
		}
	}
}

bool kho_is(const struct kho_message *message, const char *what)
{
	return message->count > 0 && message->values[0].kind == 's' &&
	       strcmp(message->values[0].bytes, what) == 0;
}
