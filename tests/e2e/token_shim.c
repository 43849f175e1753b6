/*
 * A PKCS#11 module that stands before SoftHSM, for what SoftHSM does not do by itself: tell that a
 * PIN is nearly or quite locked, make keys that can be taken out, forget public halves. Every PIN
 * that is tried is a line in the file of TOKEN_SHIM_LOGINS.
 */
#include <dlfcn.h>
#include <fcntl.h>
#include <p11-kit/pkcs11.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static CK_FUNCTION_LIST ours;
static CK_FUNCTION_LIST *real;

static int asked_for(const char *what)
{
	const char *how = getenv("TOKEN_SHIM");
	return how && strstr(how, what);
}

static CK_RV login(CK_SESSION_HANDLE s, CK_USER_TYPE who, CK_UTF8CHAR *pin, CK_ULONG n)
{
	const char *to = getenv("TOKEN_SHIM_LOGINS");
	int fd = to ? open(to, O_WRONLY | O_APPEND | O_CREAT, 0600) : -1;
	if (fd >= 0) {
		if (write(fd, "login\n", 6) != 6)
			abort();
		close(fd);
	}
	return real->C_Login(s, who, pin, n);
}

static CK_RV token_info(CK_SLOT_ID slot, CK_TOKEN_INFO *info)
{
	CK_RV rv = real->C_GetTokenInfo(slot, info);
	if (asked_for("final"))
		info->flags |= CKF_USER_PIN_FINAL_TRY;
	if (asked_for("locked"))
		info->flags |= CKF_USER_PIN_LOCKED;
	return rv;
}

static CK_RV generate(CK_SESSION_HANDLE s, CK_MECHANISM *m, CK_ATTRIBUTE *public, CK_ULONG public_n,
		      CK_ATTRIBUTE *private, CK_ULONG private_n, CK_OBJECT_HANDLE *a,
		      CK_OBJECT_HANDLE *b)
{
	static CK_BBOOL yes = CK_TRUE;
	for (CK_ULONG i = 0; asked_for("extractable") && i < private_n; i++)
		if (private[i].type == CKA_EXTRACTABLE)
	private[i].pValue = &yes;
	return real->C_GenerateKeyPair(s, m, public, public_n, private, private_n, a, b);
}

/* Another signature than the one that was asked for. */
static CK_RV sign(CK_SESSION_HANDLE s, CK_BYTE *data, CK_ULONG n, CK_BYTE *sig, CK_ULONG *sig_n)
{
	CK_RV rv = real->C_Sign(s, data, n, sig, sig_n);
	if (rv == CKR_OK && sig && asked_for("wrong"))
		sig[*sig_n - 1] ^= 1;
	return rv;
}

__attribute__((visibility("default"))) CK_RV C_GetFunctionList(CK_FUNCTION_LIST **ret)
{
	CK_C_GetFunctionList get;
	void *handle = dlopen(getenv("TOKEN_SHIM_REAL"), RTLD_NOW | RTLD_LOCAL);
	void *f = handle ? dlsym(handle, "C_GetFunctionList") : NULL;
	if (!f)
		return CKR_GENERAL_ERROR;
	memcpy(&get, &f, sizeof(get));
	CK_RV rv = get(&real);
	if (rv != CKR_OK)
		return rv;
	ours = *real;
	ours.C_GetFunctionList = C_GetFunctionList;
	ours.C_Login = login;
	ours.C_GetTokenInfo = token_info;
	ours.C_GenerateKeyPair = generate;
	ours.C_Sign = sign;
	*ret = &ours;
	return CKR_OK;
}
