/* The command line: `module.parameter=value` of module_param(), and what __setup() names. */
#include <linux/ctype.h>
#include <linux/kstrtox.h>
#include <linux/limits.h>
#include <linux/moduleparam.h>
#include <linux/printk.h>
#include <linux/string.h>

#include "native.h"

extern const struct kho_parameter __start_kho_parameters[] __attribute__((weak));
extern const struct kho_parameter __stop_kho_parameters[] __attribute__((weak));
extern const struct kho_boot_parameter __start_kho_boot_parameters[] __attribute__((weak));
extern const struct kho_boot_parameter __stop_kho_boot_parameters[] __attribute__((weak));

/* Names are the same with dashes and with underscores. */
static bool begins_with(const char *text, const char *name, size_t length)
{
	for (size_t i = 0; i < length; i++) {
		char a = text[i] == '-' ? '_' : text[i], b = name[i] == '-' ? '_' : name[i];

		if (a != b || a == '\0')
			return false;
	}
	return true;
}

static int set_number(const struct kho_parameter *parameter, const char *text)
{
	unsigned long long word;
	long long number;
	int err;

	switch (parameter->type) {
	case KHO_PARAMETER_uint:
	case KHO_PARAMETER_ulong:
	case KHO_PARAMETER_ullong:
	case KHO_PARAMETER_ushort:
	case KHO_PARAMETER_byte:
		err = kstrtoull(text, 0, &word);
		if (!err && parameter->size < sizeof(word) && word >> (8 * parameter->size))
			err = -ERANGE;
		break;
	default:
		err = kstrtoll(text, 0, &number);
		word = number;
		if (!err && parameter->size < sizeof(number) &&
		    (number >> (8 * parameter->size - 1)) != (number < 0 ? -1 : 0))
			err = -ERANGE;
	}
	if (!err)
		memcpy(parameter->value, &word, parameter->size);
	return err;
}

static int set(const struct kho_parameter *parameter, char *text);

/* Values with commas between them. */
static int set_array(const struct kho_parameter *parameter, char *text)
{
	struct kho_parameter each = *parameter;
	unsigned int count = 0;
	int err = 0;

	each.count = 0;
	while (text && !err) {
		char *one = strsep(&text, ",");

		if (count == parameter->count)
			return -EINVAL;
		each.value = (char *)parameter->value + count++ * parameter->size;
		err = set(&each, one);
	}
	if (!err && parameter->given)
		*parameter->given = count;
	return err;
}

static int set_other(const struct kho_parameter *parameter, const char *text)
{
	const struct kernel_param param = { .name = parameter->name, .arg = parameter->value };

	if (parameter->type == KHO_PARAMETER_string)
		return kho_native_strscpy(parameter->value, text, parameter->size) < 0 ? -ENOSPC : 0;
	return parameter->ops->set ? parameter->ops->set(text, &param) : -EPERM;
}

static int set(const struct kho_parameter *parameter, char *text)
{
	bool is_bare = parameter->type == KHO_PARAMETER_ops &&
		       (parameter->ops->flags & KERNEL_PARAM_OPS_FL_NOARG);

	if (parameter->type == KHO_PARAMETER_bool)
		return text ? kstrtobool(text, parameter->value) : ((*(bool *)parameter->value = true), 0);
	if (!text && !is_bare)
		return -EINVAL;
	if (parameter->count)
		return set_array(parameter, text);
	if (parameter->type >= KHO_PARAMETER_string)
		return set_other(parameter, text);
	if (parameter->type == KHO_PARAMETER_charp) {
		*(const char **)parameter->value = text;
		return 0;
	}
	return set_number(parameter, text);
}

static void take(char *name, char *value)
{
	for (const struct kho_parameter *each = __start_kho_parameters; each < __stop_kho_parameters;
	     each++) {
		size_t module = strlen(each->modname), length = strlen(each->name);

		if (!begins_with(name, each->modname, module) || name[module] != '.' ||
		    !begins_with(name + module + 1, each->name, length) || name[module + 1 + length])
			continue;
		if (set(each, value))
			pr_err("%s: `%s' invalid for parameter `%s'\n", each->modname, value ?: "",
			       each->name);
	}
	for (const struct kho_boot_parameter *each = __start_kho_boot_parameters;
	     each < __stop_kho_boot_parameters; each++) {
		size_t length = strlen(each->name);

		/* __setup("name=", …) has the sign in its name; early_param() has not. */
		if (length > 0 && each->name[length - 1] == '=')
			length--;
		if (begins_with(name, each->name, length) && name[length] == '\0')
			each->setup(value ?: (char *)"");
	}
}

/* Words end at spaces outside of quotes, as in a kernel; what is quoted loses its quotes. */
int kho_native_parse_parameters(char *line)
{
	kho_native_start_memblock(line);
	while (*line) {
		char *name = line, *value = NULL, *to = line;
		bool quoted = false;

		for (; *line && (quoted || !isspace(*line)); line++) {
			if (*line == '"')
				quoted = !quoted;
			else if (*line == '=' && !value && !quoted)
				*to++ = '\0', value = to;
			else
				*to++ = *line;
		}
		if (*line)
			line++;
		*to = '\0';
		if (*name)
			take(name, value);
	}
	kho_native_finish_memblock();
	return 0;
}
