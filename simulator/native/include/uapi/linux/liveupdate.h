/* The ioctls of /dev/liveupdate and of its sessions. */
#pragma once

#include <kho/release.h>
#include <linux/ioctl.h>
#include <linux/types.h>

#if KHO_LINUX < KHO_RELEASE(6, 19)
#error "this header exists from Linux 6.19 on"
#endif

#define LIVEUPDATE_IOCTL_TYPE 0xBA
#define LIVEUPDATE_SESSION_NAME_LENGTH 64

enum {
	LIVEUPDATE_CMD_BASE = 0x00,
	LIVEUPDATE_CMD_CREATE_SESSION = 0x00,
	LIVEUPDATE_CMD_RETRIEVE_SESSION = 0x01,
	LIVEUPDATE_CMD_SESSION_BASE = 0x40,
	LIVEUPDATE_CMD_SESSION_PRESERVE_FD = 0x40,
	LIVEUPDATE_CMD_SESSION_RETRIEVE_FD = 0x41,
	LIVEUPDATE_CMD_SESSION_FINISH = 0x42,
	LIVEUPDATE_CMD_SESSION_GET_NAME = 0x43,
};

struct liveupdate_ioctl_create_session {
	__u32 size;
	__s32 fd;
	__u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

struct liveupdate_ioctl_retrieve_session {
	__u32 size;
	__s32 fd;
	__u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

struct liveupdate_session_preserve_fd {
	__u32 size;
	__s32 fd;
	__u64 token;
};

struct liveupdate_session_retrieve_fd {
	__u32 size;
	__s32 fd;
	__u64 token;
};

struct liveupdate_session_finish {
	__u32 size;
	__u32 reserved;
};

#define KHO_LIVEUPDATE_IO(command) _IO(LIVEUPDATE_IOCTL_TYPE, command)
#define LIVEUPDATE_IOCTL_CREATE_SESSION KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_CREATE_SESSION)
#define LIVEUPDATE_IOCTL_RETRIEVE_SESSION KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_RETRIEVE_SESSION)
#define LIVEUPDATE_SESSION_PRESERVE_FD KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_SESSION_PRESERVE_FD)
#define LIVEUPDATE_SESSION_RETRIEVE_FD KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_SESSION_RETRIEVE_FD)
#define LIVEUPDATE_SESSION_FINISH KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_SESSION_FINISH)

#if KHO_LINUX >= KHO_RELEASE(7, 2)
struct liveupdate_session_get_name {
	__u32 size;
	__u32 reserved;
	__u8 name[LIVEUPDATE_SESSION_NAME_LENGTH];
};

#define LIVEUPDATE_SESSION_GET_NAME KHO_LIVEUPDATE_IO(LIVEUPDATE_CMD_SESSION_GET_NAME)
#endif
