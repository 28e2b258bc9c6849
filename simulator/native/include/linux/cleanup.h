/* What is undone where a variable goes out of scope: __free(), guard() and their like. */
#pragma once

#include <linux/compiler.h>
#include <linux/err.h>
#include <linux/types.h>

#define DEFINE_FREE(_name, _type, _free)                                     \
	static inline __maybe_unused void __free_##_name(void *p)            \
	{                                                                    \
		_type _T = *(_type *)p;                                      \
		_free;                                                       \
	}
#define __free(_name) __cleanup(__free_##_name)

static inline __maybe_unused __must_check const volatile void *
__must_check_fn(const volatile void *pointer)
{
	return pointer;
}

/* Takes a pointer out of a variable that would free it. */
#define __get_and_null(p, nullvalue)                                         \
	({                                                                   \
		__auto_type __ptr = &(p);                                    \
		__auto_type __val = *__ptr;                                  \
		*__ptr = nullvalue;                                          \
		__val;                                                       \
	})
#define no_free_ptr(p) ((typeof(p))__must_check_fn(__get_and_null(p, NULL)))
#define return_ptr(p) return no_free_ptr(p)
#define retain_and_null_ptr(p) ((void)__get_and_null(p, NULL))

#define DEFINE_CLASS(_name, _type, _exit, _init, _init_args...)              \
	typedef _type class_##_name##_t;                                     \
	static inline __maybe_unused void class_##_name##_destructor(_type *p) \
	{                                                                    \
		_type _T = *p;                                               \
		_exit;                                                       \
	}                                                                    \
	static inline __maybe_unused _type class_##_name##_constructor(_init_args) \
	{                                                                    \
		_type t = _init;                                             \
		return t;                                                    \
	}
#define EXTEND_CLASS(_name, ext, _init, _init_args...)                       \
	typedef class_##_name##_t class_##_name##ext##_t;                    \
	static inline __maybe_unused void class_##_name##ext##_destructor(   \
		class_##_name##_t *p)                                        \
	{                                                                    \
		class_##_name##_destructor(p);                               \
	}                                                                    \
	static inline __maybe_unused class_##_name##_t                       \
		class_##_name##ext##_constructor(_init_args)                 \
	{                                                                    \
		class_##_name##_t t = _init;                                 \
		return t;                                                    \
	}
#define CLASS(_name, var)                                                    \
	class_##_name##_t var __cleanup(class_##_name##_destructor) =        \
		class_##_name##_constructor

/* A guard is a pointer to what is locked; NULL if a try did not lock it. */
#define DEFINE_GUARD(_name, _type, _lock, _unlock)                           \
	DEFINE_CLASS(_name, _type, if (_T) { _unlock; },                     \
		     ({                                                      \
			     _lock;                                          \
			     _T;                                             \
		     }),                                                     \
		     _type _T)                                               \
	static inline __maybe_unused void *class_##_name##_lock_ptr(         \
		class_##_name##_t *_T)                                       \
	{                                                                    \
		return (void *)*_T;                                          \
	}
#define DEFINE_GUARD_COND(_name, _ext, _condlock)                            \
	EXTEND_CLASS(_name, _ext,                                            \
		     ({                                                      \
			     void *_t = _T;                                  \
			     if (_T && !(_condlock))                         \
				     _t = NULL;                              \
			     _t;                                             \
		     }),                                                     \
		     class_##_name##_t _T)                                   \
	static inline __maybe_unused void *class_##_name##_ext##_lock_ptr(   \
		class_##_name##_t *_T)                                       \
	{                                                                    \
		return class_##_name##_lock_ptr(_T);                         \
	}

#define guard(_name) CLASS(_name, __UNIQUE_ID(guard))
#define __guard_ptr(_name) class_##_name##_lock_ptr
#define KHO_SCOPED_GUARD(_name, scope, done, args...)                        \
	for (bool done = false; !done; done = true)                          \
		for (CLASS(_name, scope)(args);                              \
		     !done && __guard_ptr(_name)(&scope); done = true)
/* The statement that follows runs with the lock held; not at all if it could not be taken. */
#define scoped_guard(_name, args...) \
	KHO_SCOPED_GUARD(_name, __UNIQUE_ID(scope), __UNIQUE_ID(done), args)
#define KHO_SCOPED_COND_GUARD(_name, _fail, scope, done, args...)            \
	for (bool done = false; !done; done = true)                          \
		for (CLASS(_name, scope)(args); !done; done = true)          \
			if (!__guard_ptr(_name)(&scope)) {                   \
				_fail;                                       \
			} else
#define scoped_cond_guard(_name, _fail, args...)                             \
	KHO_SCOPED_COND_GUARD(_name, _fail, __UNIQUE_ID(scope), __UNIQUE_ID(done), args)
