/* Messages to and from the engine: frames of a length and values, over one socket. */
#pragma once

#include <stdbool.h>
#include <stdint.h>

#include "native.h"

/* Longer frames are refused by both sides. */
enum { KHO_MAX_FRAME = 1 << 20 };

/* What is being sent. A signal handler has one of its own. */
struct kho_writer {
	uint32_t length;
	bool is_full;
	unsigned char bytes[KHO_MAX_FRAME];
};

struct kho_reader {
	unsigned char bytes[KHO_MAX_FRAME];
};

void kho_begin(struct kho_writer *writer, const char *what);
void kho_put_number(struct kho_writer *writer, char kind, uint64_t number);
void kho_put_bytes(struct kho_writer *writer, char kind, const void *bytes, uint64_t length);
void kho_put_stack(struct kho_writer *writer, const void *pc);
void kho_put_frames(struct kho_writer *writer, const void *from, const void *const *frame);
void kho_send(struct kho_writer *writer);

/* Ends the process if nobody will say anything any more. */
void kho_receive(struct kho_reader *reader, struct kho_message *message);

/* Whether the first value of a message is this text. */
bool kho_is(const struct kho_message *message, const char *what);
