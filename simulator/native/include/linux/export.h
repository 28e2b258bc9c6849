#pragma once

#include <linux/compiler.h>

#define EXPORT_SYMBOL(symbol) extern typeof(symbol) symbol
#define EXPORT_SYMBOL_GPL(symbol) extern typeof(symbol) symbol
#define EXPORT_SYMBOL_NS_GPL(symbol, namespace) extern typeof(symbol) symbol
#define EXPORT_SYMBOL_FOR_MODULES(symbol, modules) extern typeof(symbol) symbol
