/*
 * Red-black trees. A node's parent and its color are one word: the lowest bit is set if it is black.
 * Insertion and removal follow the textbook (Cormen et al., Introduction to Algorithms), with NULL in
 * place of its sentinel.
 */
#include <linux/rbtree.h>

static struct rb_node *parent_of(const struct rb_node *node)
{
	return (struct rb_node *)(node->parent_and_color & ~1UL);
}

static bool is_black(const struct rb_node *node)
{
	return !node || (node->parent_and_color & 1);
}

static void set_black(struct rb_node *node, bool black)
{
	node->parent_and_color = (node->parent_and_color & ~1UL) | black;
}

static void set_parent(struct rb_node *node, struct rb_node *parent)
{
	node->parent_and_color = (unsigned long)parent | (node->parent_and_color & 1);
}

/* Puts another node, or none, where a node is below its parent. */
static void replace_child(struct rb_root *root, struct rb_node *node, struct rb_node *by)
{
	struct rb_node *parent = parent_of(node);

	if (!parent)
		root->rb_node = by;
	else if (parent->rb_left == node)
		parent->rb_left = by;
	else
		parent->rb_right = by;
	if (by)
		set_parent(by, parent);
}

/* The child on the other side comes up, and the node goes down to `left` or the right. */
static void rotate(struct rb_root *root, struct rb_node *node, bool left)
{
	struct rb_node *up = left ? node->rb_right : node->rb_left;
	struct rb_node *inner = left ? up->rb_left : up->rb_right;

	replace_child(root, node, up);
	if (left) {
		node->rb_right = inner;
		up->rb_left = node;
	} else {
		node->rb_left = inner;
		up->rb_right = node;
	}
	if (inner)
		set_parent(inner, node);
	set_parent(node, up);
}

/* The node was linked as a leaf: red, since rb_link_node() leaves the lowest bit clear. */
void rb_insert_color(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *parent;

	while ((parent = parent_of(node)) && !is_black(parent)) {
		struct rb_node *grandparent = parent_of(parent);
		bool left = parent == grandparent->rb_left;
		struct rb_node *uncle = left ? grandparent->rb_right : grandparent->rb_left;

		if (!is_black(uncle)) {
			set_black(parent, true);
			set_black(uncle, true);
			set_black(grandparent, false);
			node = grandparent;
			continue;
		}
		if (node == (left ? parent->rb_right : parent->rb_left)) {
			rotate(root, parent, left);
			parent = node;
		}
		set_black(parent, true);
		set_black(grandparent, false);
		rotate(root, grandparent, !left);
		break;
	}
	set_black(root->rb_node, true);
}

/* One black node is missing on the way to `node`, which may be NULL, below `parent`. */
static void repair(struct rb_root *root, struct rb_node *node, struct rb_node *parent)
{
	while (parent && is_black(node)) {
		bool left = parent->rb_left == node;
		struct rb_node *sibling = left ? parent->rb_right : parent->rb_left;
		struct rb_node *near, *far;

		if (!is_black(sibling)) {
			set_black(sibling, true);
			set_black(parent, false);
			rotate(root, parent, left);
			sibling = left ? parent->rb_right : parent->rb_left;
		}
		near = left ? sibling->rb_left : sibling->rb_right;
		far = left ? sibling->rb_right : sibling->rb_left;
		if (is_black(near) && is_black(far)) {
			set_black(sibling, false);
			node = parent;
			parent = parent_of(node);
			continue;
		}
		if (is_black(far)) {
			set_black(near, true);
			set_black(sibling, false);
			rotate(root, sibling, !left);
			far = sibling;
			sibling = near;
		}
		set_black(sibling, is_black(parent));
		set_black(parent, true);
		set_black(far, true);
		rotate(root, parent, left);
		return;
	}
	if (node)
		set_black(node, true);
}

static struct rb_node *outermost(struct rb_node *node, bool left)
{
	struct rb_node *next;

	while (node && (next = left ? node->rb_left : node->rb_right))
		node = next;
	return node;
}

void rb_erase(struct rb_node *node, struct rb_root *root)
{
	struct rb_node *child, *parent;
	bool black;

	if (node->rb_left && node->rb_right) {
		/* The next one has no left child: it takes the node's place. */
		struct rb_node *next = outermost(node->rb_right, true);

		child = next->rb_right;
		parent = parent_of(next) == node ? next : parent_of(next);
		black = is_black(next);
		replace_child(root, next, child);
		replace_child(root, node, next);
		*next = (struct rb_node){ node->parent_and_color, node->rb_right, node->rb_left };
		set_parent(next->rb_left, next);
		if (next->rb_right)
			set_parent(next->rb_right, next);
	} else {
		child = node->rb_left ?: node->rb_right;
		parent = parent_of(node);
		black = is_black(node);
		replace_child(root, node, child);
	}
	if (black)
		repair(root, child, parent);
}

struct rb_node *rb_first(const struct rb_root *root)
{
	return outermost(root->rb_node, true);
}

struct rb_node *rb_last(const struct rb_root *root)
{
	return outermost(root->rb_node, false);
}

static struct rb_node *neighbor(const struct rb_node *node, bool next)
{
	struct rb_node *below = next ? node->rb_right : node->rb_left;
	struct rb_node *parent;

	if (below)
		return outermost(below, next);
	while ((parent = parent_of(node)) && node == (next ? parent->rb_right : parent->rb_left))
		node = parent;
	return parent;
}

struct rb_node *rb_next(const struct rb_node *node)
{
	return neighbor(node, true);
}

struct rb_node *rb_prev(const struct rb_node *node)
{
	return neighbor(node, false);
}
