#pragma once

#include <linux/const.h>
#include <linux/types.h>

#define PAGE_SHIFT 12
#define PAGE_SIZE (_AC(1, UL) << PAGE_SHIFT)
#define PAGE_MASK (~(PAGE_SIZE - 1))

/*
 * Where this kernel sees physical memory. No two kernels see it at the same place, and what the
 * argument is not in the direct map for ends the driver with a finding.
 */
phys_addr_t virt_to_phys(const volatile void *address);
void *phys_to_virt(phys_addr_t phys);

#define __pa(address) virt_to_phys((const volatile void *)(address))
#define __va(phys) phys_to_virt((phys_addr_t)(phys))
