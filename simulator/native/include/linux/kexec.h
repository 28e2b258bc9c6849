/* The patch series before 6.16 have their handover functions here. */
#pragma once

#include <linux/io.h>
#include <linux/kexec_handover.h>
#include <linux/mm.h>
#include <uapi/linux/kexec.h>

struct kimage;
