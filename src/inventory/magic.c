#include "inventory/magic.h"

/*
 * 0xcafebabe is a fat Mach-O and a Java class as well: there the next word is the number of
 * architectures in the one and the class file version, 45 or more, in the other.
 */
enum { FAT_ARCHITECTURES_MAX = 30 };

bool magic_is_executable(struct lc_slice head)
{
	struct lc_rd r = lc_rd_of(head);
	uint32_t magic = lc_rd_be32(&r);
	switch (magic) {
	case 0x7f454c46: /* ELF */
	case 0xfeedface:
	case 0xfeedfacf:
	case 0xcefaedfe:
	case 0xcffaedfe:
		return true;
	case 0xcafebabe:
		return lc_rd_be32(&r) - 1 < FAT_ARCHITECTURES_MAX && !r.bad;
	default:
		return lc_starts(head, LC_S("MZ")) && head.n >= 64;
	}
}

bool magic_is_text(struct lc_slice head)
{
	if (lc_starts(head, LC_S("\xff\xfe")) || lc_starts(head, LC_S("\xfe\xff")))
		return true;
	for (size_t i = 0; i < head.n; i++) {
		uint8_t c = head.p[i];
		bool blank = c >= '\b' && c <= '\r';
		if (c < ' ' && !blank && c != 0x1b) /* escape: text for terminals */
			return false;
	}
	return head.n > 0;
}
