#pragma once

#include <linux/const.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

/* virt_to_phys() and phys_to_virt(), which linux/io.h has, under the names of the macros. */
phys_addr_t __kho_pa(const volatile void *address) __asm__("virt_to_phys");
void *__kho_va(phys_addr_t phys) __asm__("phys_to_virt");

/* Of a variable; it ends the callback, since the program is nowhere in physical memory. */
#define __pa_symbol(address) __pa(address)
#define __pa(address) __kho_pa((const volatile void *)(address))
#define __va(phys) __kho_va((phys_addr_t)(phys))
