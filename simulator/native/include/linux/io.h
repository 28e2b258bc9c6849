#pragma once

#include <asm/page.h>
#include <linux/bug.h>
#include <linux/err.h>
#include <linux/pfn.h>
#include <linux/string.h>
#include <linux/types.h>

/*
 * Where this kernel sees physical memory: no two kernels see it at the same place. An address that
 * is not in the direct map has no physical one, and asking for it is a finding.
 */
phys_addr_t virt_to_phys(const volatile void *address);
void *phys_to_virt(phys_addr_t phys);

enum {
	MEMREMAP_WB = 1 << 0,
	MEMREMAP_WT = 1 << 1,
	MEMREMAP_WC = 1 << 2,
};

void *memremap(resource_size_t offset, size_t size, unsigned long flags);
void memunmap(void *address);
/* There is no memory but RAM, which a kernel refuses to map like that: NULL, with a warning. */
void __iomem *ioremap(phys_addr_t offset, size_t size);
#define ioremap_wc(offset, size) ioremap(offset, size)
#define ioremap_np(offset, size) ioremap(offset, size)
#define ioremap_cache(offset, size) memremap(offset, size, MEMREMAP_WB)
struct device;
void *devm_memremap(struct device *dev, resource_size_t offset, size_t size, unsigned long flags);
void __iomem *devm_ioremap(struct device *dev, resource_size_t offset, resource_size_t size);
#define memcpy_fromio(to, from, size) memcpy(to, (const void *)(from), size)
#define memcpy_toio(to, from, size) memcpy((void *)(to), from, size)
#define memset_io(to, value, size) memset((void *)(to), value, size)
void iounmap(volatile void __iomem *address);

#define readb(address) READ_ONCE(*(const volatile u8 *)(address))
#define readw(address) READ_ONCE(*(const volatile u16 *)(address))
#define readl(address) READ_ONCE(*(const volatile u32 *)(address))
#define readq(address) READ_ONCE(*(const volatile u64 *)(address))
#define writeb(value, address) WRITE_ONCE(*(volatile u8 *)(address), value)
#define writew(value, address) WRITE_ONCE(*(volatile u16 *)(address), value)
#define writel(value, address) WRITE_ONCE(*(volatile u32 *)(address), value)
#define writeq(value, address) WRITE_ONCE(*(volatile u64 *)(address), value)
